"""negspaCy: a blank English pipeline with a sentencizer, our targets as entities, its clinical term set plus our cues."""
from importlib.metadata import version

import spacy
from negspacy.negation import Negex  # noqa: F401 (registers the component)
from negspacy.termsets import termset
from spacy.language import Language
from spacy.util import filter_spans

from targets import Targets


class Reader:
    def __init__(self, lexicon, _triggers):
        targets = Targets(lexicon)

        @Language.component("regex_targets")
        def regex_targets(doc):
            spans = (doc.char_span(start, end, label=name, alignment_mode="expand") for name, start, end in targets.find(doc.text))
            doc.ents = filter_spans([span for span in spans if span is not None])
            return doc

        terms = termset("en_clinical")

        def phrases(direction):
            return [phrase for phrase, kind, way in lexicon["cues"] if way == direction and kind != "PSEUDO"]

        # It knows no uncertainty: uncertain cues act as negation.
        terms.add_patterns(
            {
                "preceding_negations": phrases("FORWARD"),
                "following_negations": phrases("BACKWARD"),
                "pseudo_negations": [phrase for phrase, kind, _ in lexicon["cues"] if kind == "PSEUDO"],
            }
        )
        self.nlp = spacy.blank("en")
        self.nlp.add_pipe("sentencizer")
        self.nlp.add_pipe("regex_targets")
        self.nlp.add_pipe("negex", config={"neg_termset": terms.get_patterns()})
        self.version = version("negspacy")
        self.settings = "blank pipeline, sentencizer, en_clinical plus targets and cues of lexicon.json (uncertain as negated)"

    def read(self, text):
        for target in self.nlp(text).ents:
            yield target.label_, 0 if target._.negex else 1
