import unicodedata


def folded(text: str) -> str:
    """For sorting and searching: lower case, without accents. "Krüger" and "KRUGER" are one."""
    parts = unicodedata.normalize("NFKD", " ".join(text.split())).casefold()
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def sort_name_of(*, given_name: str, family_name: str) -> str:
    """What lists of people are ordered by: the family name, then the given name."""
    return folded(f"{family_name} {given_name}")[:401]
