"""What an approval about matching shows: the entry of a receipt, rules before and after, an allocation now and then."""

from __future__ import annotations

from admin.views.matching_rules import CHANGE_WORDS, FATE_WORDS
from portal.approvals import ApprovalView
from portal.errors import N_
from portal.i18n import Translator
from portal.matching import IDENTIFY_KIND, POST_KIND, REST_WORDS, RULES_KIND, UNDO_KIND, WISH_KIND
from portal.money import Money, format_amount

Facts = list[tuple[str, str]]

KIND_WORDS: dict[str, str] = {
    POST_KIND: N_("Matched receipt"),
    IDENTIFY_KIND: N_("Customer of unidentified cash"),
    UNDO_KIND: N_("Undo a match"),
    RULES_KIND: N_("Rules of matching, new version"),
    WISH_KIND: N_("Another allocation of a receipt"),
}


def post_facts(approval: ApprovalView, tr: Translator) -> Facts:
    """Return the money, the reason for a difference and the entry line by line."""
    content, effect = approval.content, approval.effect
    facts = [(tr.gettext("Received"), tr.headline(Money(content["amount_minor"], content["currency"])))]
    facts.append((tr.gettext("Documents"), f"{len(content['parts']):,}"))
    rest = REST_WORDS.get(content["rest_kind"])
    if rest:
        facts.append((tr.gettext("What the difference is"), tr.gettext(rest)))
    for line in effect.get("entry", ()):
        name = line["name_en"] if tr.language == "en" else line["name"]
        side = tr.gettext("Debit") if line["debit_minor"] else tr.gettext("Credit")
        money = tr.headline(Money(line["debit_minor"] or line["credit_minor"], effect["currency"]))
        facts.append((f"{side} {line['code']} {name}", money))
    return facts


def identify_facts(approval: ApprovalView, tr: Translator) -> Facts:
    """Return what is unidentified and open before and after, then what the entry says."""
    content, before, after = approval.content, approval.effect["before"], approval.effect["after"]
    kept, left = Money(before["unidentified"], content["currency"]), after["unidentified"]
    facts = [
        (
            tr.gettext("Unidentified cash"),
            f"{tr.headline(kept)} → {format_amount(Money(left, kept.currency))}",
        )
    ]
    for number, minor in before["documents"].items():
        then = Money(after["documents"][number], content["item_currency"])
        words = f"{tr.headline(Money(minor, then.currency))} → {format_amount(then)}"
        facts.append((tr.gettext("%(document)s, open", document=number), words))
    return [*facts, *post_facts(approval, tr)]


def undo_facts(approval: ApprovalView, tr: Translator) -> Facts:
    """Return what is taken back and why."""
    content = approval.content
    money = tr.headline(Money(content["amount_minor"], content["currency"]))
    return [(tr.gettext("Received"), money), (tr.gettext("Reason"), content["reason"])]


def rule_facts(approval: ApprovalView, tr: Translator) -> Facts:
    """Return every change of the rules, and what the dry run said."""
    effect = approval.effect
    facts = [
        (tr.gettext(CHANGE_WORDS[what]), f"{before or '—'} → {after or '—'}")
        for what, before, after in effect.get("changes", ())
    ]
    counts = effect.get("counts", {})
    for key, word in FATE_WORDS.items():
        if counts:
            facts.append((tr.gettext(word), f"{counts['before'][key]:,} → {counts['after'][key]:,}"))
    return facts


def wish_facts(approval: ApprovalView, tr: Translator) -> Facts:
    """Return how many documents the receipt pays now and would pay then."""
    content = approval.content
    money = tr.headline(approval.money) if approval.money is not None else ""
    documents = tr.gettext("Documents")
    return [
        (tr.gettext("Receipt"), money),
        (documents, f"{len(content['before']):,} → {len(content['parts']):,}"),
    ]


FACTS = {
    POST_KIND: post_facts,
    IDENTIFY_KIND: identify_facts,
    UNDO_KIND: undo_facts,
    RULES_KIND: rule_facts,
    WISH_KIND: wish_facts,
}
