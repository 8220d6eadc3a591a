"""The closed list of question and choice codes: callback data, guards' inputs and the outcome's columns."""

QUESTIONS: dict[str, tuple[str, ...]] = {
    "moment": ("before", "during", "after", "phone"),
    "mode": ("routine", "concern", "told", "child", "uses"),
    "danger": ("now", "no", "unknown"),
    "gate": ("ok", "missing"),
    "private": ("yes", "no"),
    "interpreter": ("none_needed", "professional", "relative", "minor", "missing"),
    "ready": ("yes", "no"),
    "signs": (
        "injuries",
        "fear",
        "control",
        "isolation",
        "appointments",
        "money",
        "health",
        "child_signs",
        "child_told",
        "told_by_other",
        "doubt",
    ),
    "ruler": ("begin",),
    # The ruler of concern: what has been seen of a child that is a risk, and what protects it.
    "risk": (
        *("child_told", "seen", "adult_told"),
        *("injuries", "afraid", "told_by_other"),
        *("changed", "absent", "body", "caring", "conflict", "doubt"),
    ),
    "protection": ("adult", "parent", "speaks", "thrives", "help"),
    "response": ("disclosed", "unsure", "says_no", "declined", "not_asked"),
    "forms": ("physical", "psychological", "sexual", "material", "economic", "digital", "stalking"),
    "who": (
        "partner",
        "former_partner",
        "parent",
        "child",
        "adult_child",
        "other_relative",
        "several_relatives",
        "carer",
        "unknown",
    ),
    "honour": ("yes", "no", "unknown"),
    "red_flags": (
        "throat",
        "threats_to_kill",
        "weapon",
        "escalating",
        "separation",
        "control",
        "stalking",
        "pregnancy",
        "forced_sex",
        "suicide_threats",
        "child_threats",
        "travel",
        "afraid",
        "suicidal",
    ),
    "safe_today": ("yes", "no", "shelter", "unknown"),
    "children": ("yes", "both", "self", "unborn", "no", "unknown"),
    "exposure": ("witnessed", "direct", "both", "unknown", "none"),
    "suspected": ("parent", "several", "other", "unknown", "nobody"),
    "child_danger": ("now", "no", "unknown"),
    "level": ("none", "concern", "suspicion", "knowledge"),
    "duty": ("notified", "today", "earlier", "colleague", "advice_first", "considered", "not_applicable"),
    "wish": ("help", "shelter", "police", "advice", "later", "declined"),
    "consent": ("named", "anonymous", "none", "cannot"),
    "next": ("meeting", "call", "none"),
    # The key person's side.
    "take": ("accept", "pass_on"),
    "reason": ("away", "busy", "conflict", "not_mine"),
    "contact": ("reached", "not_reached", "declined"),
    "assessment": ("done", "planned", "declined", "not_reached"),
    "tool": ("sara", "dash", "patriark", "other"),
    "plan": ("made", "not_needed"),
    "review": ("1w", "2w", "1m", "3m"),
    "offer": ("group", "individual", "shelter", "advice", "external", "none"),
    "answer": ("accepted", "later", "declined"),
    "close": ("completed", "declined", "not_reached", "handled_elsewhere", "sent_in_error"),
}

# What the house knows or finds out by itself; nobody is asked.
GIVEN: dict[str, tuple[str, ...]] = {
    "urgency": ("standard", "same_day", "now"),
    "path": ("advice", "referral", "shelter", "police"),
    "route": ("open", "none"),
    "asked": ("advice",),
    "due": ("review",),
}

MANY = frozenset({"signs", "forms", "red_flags", "risk", "protection"})

MARKS = frozenset(
    {
        "emergency",
        "do_not_ask",
        "aloud",
        "check",
        "reply",
        "duty",
        "parents_not_first",
        "honour_first",
        "ask_reception_first",
        "consent",
        "sent",
        "help_info",
        "neutral",
        "key_contact",
        # Words that book an interpreter: the only ones that may be shown while one is missing.
        "books_interpreter",
        # What the duty card says, fact by fact (P3, P4), and the one sentence about going through it with parents (P5).
        "duty_must",
        "duty_find_out",
        "duty_personal",
        "duty_reason",
        "duty_no_proof",
        "duty_first",
        "duty_now",
        "with_parents",
        # The proposed level and its reasons (P11); that the bot will remind of the duty (P12).
        "proposes_none",
        "proposes_concern",
        "proposes_suspicion",
        "proposes_knowledge",
        "reason",
        "reminder",
    }
)

DEEDS = frozenset(
    {
        *("refer", "accept", "pass_on", "contact"),
        *("assessment", "tool", "plan", "offer", "answer", "close"),
    }
)

# What the municipality's file fills in; the loader refuses any other placeholder.
PLACEHOLDERS = frozenset(
    {
        "reception",
        "reception_phone",
        "acute",
        "acute_phone",
        "key_role",
        "key_phone",
        "offers",
        "sender",
        "sender_phone",
        "stored",
        "code",
        "review",
        # What she has marked on the ruler, step by step.
        *("seen_known", "seen_suspected", "seen_worrying", "seen_protecting"),
        # The authority's deadlines for a notification that is sent now.
        "assessed_by",
        "receipt_by",
    }
)

# What the code fills in where it uses a phrase.
OF_PHRASES = frozenset(
    {
        *("time", "key_name", "key_staff_phone", "count", "unit", "units"),
        *("who", "role", "phone", "until", "when", "back", "number", "page", "pages", "language", "said"),
        *("period", "before", "half", "most"),
    }
)
