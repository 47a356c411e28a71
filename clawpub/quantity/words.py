"""The English that the scanner knows. Every table is lower case."""

from __future__ import annotations

from decimal import Decimal

from clawpub.quantity.model import Bound

UNITS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
SUFFIX_SCALES = {
    "K": 3, "k": 3, "M": 6, "B": 9, "b": 9, "T": 12, "bn": 9, "Bn": 9, "mn": 6, "mln": 6, "tn": 12,
}  # fmt: skip
SPACED_SCALES = {sign: SUFFIX_SCALES[sign] for sign in ("K", "k", "M", "bn", "Bn", "mn", "mln", "tn")}
"""What scales a number behind a space too: `39 K`, `1.2 bn`. Not `512 B`, which are bytes."""
SMALL_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {f"{word[:-1]}ieth": number for word, number in TENS.items()}
ORDINAL_SUFFIXES = {"st", "nd", "rd", "th"}

PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "twelfth": 12, "sixteenth": 16, "twentieth": 20, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
PARTS_PLURAL = {("halves" if word == "half" else f"{word}s"): parts for word, parts in PARTS.items()}
GLYPHS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip

MULTIPLES = {
    "twice": Decimal(2), "thrice": Decimal(3),
    "doubled": Decimal(2), "doubles": Decimal(2), "doubling": Decimal(2),
    "tripled": Decimal(3), "triples": Decimal(3), "tripling": Decimal(3),
    "quadrupled": Decimal(4), "quadruples": Decimal(4), "quadrupling": Decimal(4),
    "quintupled": Decimal(5), "quintuples": Decimal(5), "quintupling": Decimal(5),
    "halved": Decimal("0.5"), "halves": Decimal("0.5"), "halving": Decimal("0.5"),
}  # fmt: skip
MULTIPLE_ADJECTIVES = {"double": Decimal(2), "triple": Decimal(3), "treble": Decimal(3), "quadruple": Decimal(4)}

CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
CURRENCY_WORDS = {
    "dollars": ("USD", 0), "dollar": ("USD", 0), "usd": ("USD", 0), "cents": ("USD", -2), "cent": ("USD", -2),
    "euros": ("EUR", 0), "euro": ("EUR", 0), "eur": ("EUR", 0), "gbp": ("GBP", 0),
}  # fmt: skip

FROM_BELOW = {"nearly", "almost", "close to"}
"""They say: no more than that."""
UNDER = {
    "just under", "just below", "just short of", "just shy of", "slightly under", "slightly below",
    "slightly less than", "slightly fewer than", "a little under", "a little below", "a little less than",
    "a little fewer than", "a bit under", "a bit less than", "barely under",
}  # fmt: skip
OVER = {
    "just over", "just above", "just more than", "slightly over", "slightly above", "slightly more than",
    "a little over", "a little above", "a little more than", "a bit over", "a bit more than", "barely over",
    "barely above", "barely more than",
}  # fmt: skip
"""Near, and on that side of it."""
HEDGES = {
    "about", "around", "approximately", "approx", "roughly", "some", "circa", "on the order of", "in the region of",
    "virtually", "practically", "~", "≈", "∼", "≃", "or so", "ish", *FROM_BELOW, *UNDER, *OVER,
}  # fmt: skip
BOUNDS: dict[str, Bound] = {
    "not even": "<",
    "at least": ">=", "no fewer than": ">=", "no less than": ">=", "not less than": ">=", "not fewer than": ">=",
    "a minimum of": ">=", "minimum of": ">=", "as few as": ">=", "as little as": ">=", "as low as": ">=", "≥": ">=",
    "⩾": ">=", ">=": ">=", "=>": ">=",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "no greater than": "<=", "up to": "<=",
    "within": "<=", "a maximum of": "<=", "maximum of": "<=", "as many as": "<=", "as much as": "<=",
    "as high as": "<=", "as long as": "<=", "≤": "<=", "⩽": "<=", "<=": "<=", "=<": "<=",
    "more than": ">", "greater than": ">", "higher than": ">", "longer than": ">", "larger than": ">", "above": ">",
    "exceeding": ">", "exceeds": ">", "exceeded": ">", "exceed": ">", "beyond": ">", "over": ">",
    "upwards of": ">", "upward of": ">", "in excess of": ">", "north of": ">", ">": ">",
    "fewer than": "<", "less than": "<", "lower than": "<", "shorter than": "<", "smaller than": "<",
    "under": "<", "below": "<", "sub": "<", "short of": "<", "shy of": "<", "<": "<",
}  # fmt: skip
BOUNDS_AFTER: dict[str, Bound] = {
    "or more": ">=", "or higher": ">=", "or above": ">=", "or greater": ">=", "or better": ">=", "or longer": ">=",
    "and above": ">=", "and up": ">=", "and over": ">=", "at minimum": ">=", "at least": ">=",
    "or fewer": "<=", "or less": "<=", "or lower": "<=", "or below": "<=", "or under": "<=", "or shorter": "<=",
    "and below": "<=", "and under": "<=", "at maximum": "<=", "at most": "<=",
}  # fmt: skip
OPPOSITE: dict[Bound, Bound] = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
NEGATIONS = {"not", "never", "cannot", "without", "rarely", "seldom"}
AUXILIARIES = set("be been being have has had even ever once any a the single".split())
"""They may stand between a negation and its verb: `has never been above 7`."""
NOBODY = {"nobody", "none", "neither", "nothing"}
"""Subjects that turn round what is said of them: `none took more than 7`."""
BARELY = {"hardly", "scarcely", "barely"}
"""With "any" or "ever" behind, so do these: `hardly any run took more than 7`."""
CLAUSES = set("and but that which who whom whose because while when where if although though since until unless "
    "whereas so yet then".split())  # fmt: skip
"""Where a clause begins that another one's subject says nothing of."""
CLAUSE_SIGNS = set(',.;:!?()[]"“”—–…\n')
"""What ends a clause; of a run of signs the first one counts."""
FRONTED = set("in at on for under during from".split())
"""`At no point did it`: they may stand before the "no" that begins a clause."""
QUANTIFIERS = {"exactly": "exactly", "precisely": "exactly", "only": "only", "just": "only", "all": "all"}

OVER_AFTER = set(
    "is was are were be been being at took takes take taking cost costs costing well just slightly by of for to "
    "with had has have used uses using scored scores scoring spent spends made makes and or in than reached reaches "
    "went goes averaged averages averaging ran runs lasted lasts consumed consumes from only a the still now "
    "needs needed".split()
) - {"runs", "ran", "by"}
"""`over 30` is a bound after these words and at the start of a clause; elsewhere ("1-2 passes over 30 runs") it
means across, and the number stands by itself, which is the stricter reading."""

UP = set("more higher larger bigger greater longer better above".split())
DOWN = set("fewer less lower cheaper smaller shorter below worse".split())
NEUTRAL = {"faster", "slower", "quicker"}
"""`30% faster` may be a time that fell or a speed that rose: the sign stays as typed."""
AFTER_TIMES = UP | DOWN | NEUTRAL | set("as the that what its their this those these our his her".split())

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|"
        "october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
AFTER_DATE = set("the and at in to was were is on by with for after before until through".split())
BEFORE_DATE = set("on since until till by from to of the before after between and".split())
"""`On 29 March runs began` is a date; `passed 29 March runs` counts them."""
BEFORE_CLOCK = set("score scored scores scoring result took takes taking lasted lasts passed passes".split())
"""`22:30` behind these is no time of the day."""
REFERENCES = set("table figure fig section chapter appendix equation footnote".split())
"""Capitalised, they number a place in a text: `Table 3`."""
VERSIONED = set("version release revision python arxiv rfc iso pep doi cve".split())
PLAIN_VERSIONED = {"version", "release", "revision"}
"""`In this release 29 runs passed` counts."""

FUNCTION = set(
    "a an the this that these those of in on at by for to from with without into onto upon between among and or but "
    "nor so yet as than if whether while when where who whom whose which what why how is are was were be been being "
    "am do does did has have had can could may might must shall should will would not it its he she they them their "
    "we us our you your i me my there here then also too very just only even still all both each every any some no "
    "because since until though although after before during about against over under above below per via".split()
)
COUNTED = set(
    "run runs pass passes task tasks failure failures error errors model models call calls tool test tests row rows "
    "token tokens step steps attempt attempts retry retries point points outlier outliers timeout timeouts crash "
    "second seconds minute minutes hour hours day days week weeks month months year years time times case cases file "
    "line lines turn turns request requests result results answer answers prompt sample samples campaign pack "
    "campaigns packs percent question claim claims fact facts write-up finding findings record records mode modes "
    "column columns table provider providers harness region dollar cent byte bytes parameter parameters try tries "
    "change changes checker prediction predictions exception incident infrastructure abort bug regression".split()
)
"""Singular and plural nouns that a benchmark counts."""
SIZED = set(
    "parameters parameter params param tokens token weights rows requests calls users records bytes examples".split()
)
"""After these, `32B` counts even behind a model's name."""

SPANS = set(
    "s ms min h second seconds minute minutes hour hours day days week weeks month months quarter quarters year years "
    "percent dollars euros".split()
)
"""`Seven in ten minutes` is no share."""
SHARED = {3, 4, 5, 10, 20, 100}
"""What a share in digits is out of: `3 in 4`. Of other numbers k and n are two counts."""
NOT_AFTER_ONE = set("another day hand thing reason way possibility explanation interpretation caveat question "
    "side sense example might other such more".split()) - {"more"}  # fmt: skip
NOT_BEFORE_ONE = set("no this that each every any which another everyone either neither".split())
AFTER_ONE = set("above below more fewer less higher lower short ahead behind better worse out in".split())
BEFORE_ONE = {"by", "only", "exactly", "just", "least", "most", "than"}
AFTER_HALF = set("of the as its their that this what these those more again are were was is had have".split())
BEFORE_HALF = set("by in about nearly over than exactly almost roughly only under".split())
AFTER_DOUBLE = {"the", "that", "what", "its", "their", "this"}
NOT_AFTER_NO = set(
    "longer doubt matter one way idea sense reason need wonder surprise question such better worse less more fewer "
    "later sooner means chance different stranger good".split()
)
COMPOUNDS = {
    "zero": {"shot", "sum", "day", "cost", "indexed", "based"},
    "one": {"shot", "off", "way", "sided", "liner", "size", "on", "time", "to", "hot"},
    "two": {"sided", "way", "tailed", "fold"}, "three": {"way"}, "second": {"guess", "hand", "rate", "order", "class"},
    "third": {"party", "person", "rate"}, "half": {"life", "way", "hearted", "baked"}, "double": {"check", "click",
    "blind", "edged", "digit"}, "single": {"threaded"}, "triple": {"digit"},
}  # fmt: skip
SPACED_COMPOUNDS = {"second": {"half", "guess"}, "third": {"party", "person"}, "double": {"precision", "digits"}}
"""Hyphenated terms, and some that are not, that name a thing and count nothing: zero-shot, two-sided, third-party."""
RANKED = set("ranked ranks rank finished finishes came comes come placed places place".split())
