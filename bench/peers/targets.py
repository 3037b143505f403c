"""The targets of lexicon.json as one regular expression, for the readers that have no regular expressions of their own."""
import re


class Targets:
    """Finds (class, start, end) in a text; stretches that only look like a target are left out."""

    def __init__(self, lexicon):
        self.names = list(lexicon["targets"])
        groups = ["(?P<excluded>%s)" % "|".join(lexicon["excluded"])]
        for number, name in enumerate(self.names):
            groups.append("(?P<c%d>%s)" % (number, "|".join(lexicon["targets"][name])))
        self.pattern = re.compile(r"\b(?:%s)\b" % "|".join(groups), re.IGNORECASE)

    def find(self, text):
        for match in self.pattern.finditer(text):
            group = match.lastgroup
            if group != "excluded":
                yield self.names[int(group[1:])], match.start(), match.end()
