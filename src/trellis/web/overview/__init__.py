"""For those who run programmes: the portfolio, one programme at a glance, its pairs."""
