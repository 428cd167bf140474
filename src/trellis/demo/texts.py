"""What invented people write: goals, messages, topics. All of it made up, none of it anybody's."""

GOALS = (
    ("Lead the pricing review end to end", "The review is approved without rework", "Minutes of the review, my draft", "pricing"),
    ("Give feedback that lands", "Two colleagues say what they changed because of it", "Notes of three feedback talks", "giving_feedback"),
    ("Map two routes to the next level", "A page with two routes, tested with two people who took them", "The page itself", "career_planning"),
    ("Run a meeting that ends with decisions", "Four meetings in a row end with an owner and a date", "Meeting notes", "meeting_facilitation"),
    ("Present to senior people without notes", "One talk to directors, held without slides", "Recording or a witness", "public_speaking"),
    ("Hand over a project well", "The new owner runs the first week without calling me", "Hand-over document", "delegation"),
    ("Learn to say no early", "Three requests declined in the first talk, kindly", "A list of the three", "prioritisation"),
    ("Build a forecast I can defend", "The forecast survives the quarterly challenge", "The model and its test", "financial_modelling"),
    ("Bring a new idea to a first test", "One experiment run and written up", "The write-up", "experimentation"),
    ("Grow a network outside my unit", "Six new contacts I could call", "A private list", "networking"),
)  # fmt: skip
WHY = (
    "It is the part of the next role that I have never done.",
    "I keep hearing that I wait too long before I speak.",
    "My manager and I both see it as the thing that holds me back.",
)
IF_THEN = (
    "If a calendar fills up, then I block Friday morning for this first.",
    "If I notice that I am waiting for permission, then I ask for it in one sentence that day.",
    "If the first draft is poor, then I show it to my mentor anyway.",
)
STEPS = (
    "Ask two people how they did it", "Draft one page", "Show the draft and ask one question",
    "Try it in a small meeting", "Write down what happened", "Ask for feedback on one thing",
    "Agree the next date", "Read the guide for this stage", "Book an hour to practise",
)  # fmt: skip
TOPICS = (
    "What went well since last time", "How decisions are made here", "The pricing review", "Feedback practice",
    "What the next level asks for", "A difficult conversation", "Presenting to directors", "Plan for the next month",
    "Half-time: keep, change, drop", "Who should know my work",
)  # fmt: skip
NOTES = (
    "Agreed to try the shorter agenda. Next time: what changed.",
    "Two openings to talk to in other units; names exchanged.",
    "Worked through one real example. The hard part was starting.",
)
MESSAGES = (
    "Lovely to meet you today. I liked the idea of starting with one real example.",
    "I tried it on Tuesday. It was clumsy, and it worked better than I feared.",
    "That is how it starts. What would you do differently next time?",
    "Could we look at my draft on Thursday? It is rough.",
    "Rough is good. Send it the evening before and I will read it on the train.",
    "Something came up with the quarter end; may we move to Friday?",
    "Of course. Friday at ten is fine.",
    "Thank you for the introduction. We talked for an hour.",
    "I found the article you mentioned. Page three is exactly our case.",
    "Good luck for tomorrow. Remember: one sentence, then stop.",
    "It went well! They asked two questions and I could answer both.",
    "I am proud of you. Write down what made the difference while it is fresh.",
)
ENROLMENT_GOALS = (
    "Prepare for the level above mine, above all in {skill}",
    "Be heard in senior meetings; learn {skill} and how decisions are really made",
    "Change track towards {skill} without losing seniority",
    "Find out whether leading people is for me, and practise {skill}",
    "Build a wider network and get better at {skill}",
)
HELPS_WITH = (
    "Happy to help with {skill}, and with finding your way around the organisation",
    "I can share how I learned {skill}, mistakes included",
    "Good at {skill}; I like to work on real examples",
)
STYLES = ("structured", "exploratory", "reflective", "direct")
VALUES = ("learning", "impact", "craft", "security", "status", "service", "freedom", "fairness")
SLOTS = tuple(f"{day} {half}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for half in ("am", "pm"))
AGREEMENT = (
    "Two or three goals, chosen by the mentee, tested by both.",
    "Every two weeks for the first two months, then once a month; fifty minutes.",
    "No talk about pay decisions or reviews. Messages answered within three days.",
    "What we say stays with us, unless somebody could come to harm.",
)
# What this organisation wants to get better at: few enough that people meet over them.
SKILLS = (
    "giving_feedback",
    "public_speaking",
    "meeting_facilitation",
    "prioritisation",
    "delegation",
    "networking",
    "career_planning",
    "experimentation",
    "financial_modelling",
    "pricing",
    "forecasting",
    "presentation_design",
)
