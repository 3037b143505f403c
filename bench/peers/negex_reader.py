"""A plain NegEx, our own implementation of the published algorithm (Chapman et al. 2001), on the published triggers.

In each sentence triggers are found longest first. A PREN (PREP) trigger negates (makes possible) the targets after it, a POST
(POSP) trigger those before it, up to a CONJ or PSEU trigger or the end of the sentence; the window is not limited.
"""
import re

from targets import Targets

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
KINDS = {
    ("NEGATED", "FORWARD"): "PREN",
    ("NEGATED", "BACKWARD"): "POST",
    ("POSSIBLE", "FORWARD"): "PREP",
    ("POSSIBLE", "BACKWARD"): "POSP",
    ("PSEUDO", "FORWARD"): "PSEU",
}


class Reader:
    def __init__(self, lexicon, triggers):
        self.targets = Targets(lexicon)
        published = read_triggers(triggers)
        kinds = dict(published)
        kinds.update({phrase: KINDS[kind, way] for phrase, kind, way in lexicon["cues"]})
        self.kinds = kinds
        phrases = sorted(kinds, key=len, reverse=True)
        self.pattern = re.compile(
            r"\b(?:%s)\b" % "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases), re.IGNORECASE
        )
        self.version = "own implementation"
        self.settings = "%d published triggers (GeneralNegEx 1.2), unlimited window, plus targets and cues of lexicon.json" % len(published)

    def read(self, text):
        for sentence in SENTENCE_END.split(text):
            targets = list(self.targets.find(sentence))
            if targets:
                yield from self.assertions(sentence, targets)

    def assertions(self, sentence, targets):
        """A possible trigger in reach makes a target possible, unless a negating one is in reach as well."""
        inside = [(start, end) for _, start, end in targets]
        triggers = [
            (match.start(), match.end(), self.kinds[" ".join(match.group().lower().split())])
            for match in self.pattern.finditer(sentence)
            if not any(start <= match.start() and match.end() <= end for start, end in inside)
        ]
        for name, start, end in targets:
            found = set()
            kind = None
            for place, _, trigger in triggers:
                if place >= start:
                    break
                if trigger in STOPS:
                    kind = None
                    found.clear()
                elif trigger in BEFORE:
                    found.add(BEFORE[trigger])
            for place, _, trigger in triggers:
                if place < end:
                    continue
                if trigger in STOPS:
                    break
                if trigger in AFTER:
                    found.add(AFTER[trigger])
            if 0 in found:
                kind = 0
            elif -1 in found:
                kind = -1
            yield name, 1 if kind is None else kind


STOPS = ("CONJ", "PSEU")
BEFORE = {"PREN": 0, "PREP": -1}
AFTER = {"POST": 0, "POSP": -1}


def read_triggers(path):
    """phrase TAB TAB [KIND] a line, as GeneralNegEx has them."""
    kinds = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            phrase, _, kind = line.strip().rpartition("\t")
            if phrase.strip():
                kinds[" ".join(phrase.lower().split())] = kind.strip("[] \n")
    return kinds
