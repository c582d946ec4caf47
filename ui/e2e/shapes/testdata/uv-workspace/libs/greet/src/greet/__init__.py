import humanize

WORDS = "a sibling says hello"
big = humanize.intword
