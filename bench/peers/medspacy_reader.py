"""medspaCy: its stock pipeline (PyRuSH sentences, target matcher, ConText with its stock rules) with our targets and cues."""
from importlib.metadata import version

import medspacy
from loguru import logger
from medspacy.context import ConTextRule
from medspacy.ner import TargetRule

logger.remove()

CATEGORIES = {"NEGATED": "NEGATED_EXISTENCE", "POSSIBLE": "POSSIBLE_EXISTENCE", "HISTORICAL": "HISTORICAL"}


def context_rule(phrase, kind, way):
    if kind == "PSEUDO":
        return ConTextRule(phrase, "PSEUDO", direction="PSEUDO")
    return ConTextRule(phrase, CATEGORIES[kind], direction=way)


class Reader:
    def __init__(self, lexicon, _triggers):
        self.nlp = medspacy.load()
        matcher = self.nlp.get_pipe("medspacy_target_matcher")
        for name, patterns in lexicon["targets"].items():
            for pattern in patterns:
                matcher.add(TargetRule(pattern, name, pattern=r"\b(?:%s)\b" % pattern))
        for pattern in lexicon["excluded"]:
            matcher.add(TargetRule(pattern, "excluded", pattern=r"\b(?:%s)\b" % pattern))
        context = self.nlp.get_pipe("medspacy_context")
        stock = len(context.rules)
        context.add([context_rule(*cue) for cue in lexicon["cues"]])
        self.version = version("medspacy")
        self.settings = "stock pipeline and %d stock rules, plus targets and %d cues of lexicon.json" % (
            stock,
            len(lexicon["cues"]),
        )

    def read(self, text):
        for target in self.nlp(text).ents:
            if target.label_ == "excluded" or target._.is_family:
                continue
            if target._.is_negated:
                yield target.label_, 0
            elif target._.is_uncertain or target._.is_hypothetical:
                yield target.label_, -1
            else:
                yield target.label_, 1
