"""A policy file's tree of nodes to plain data, noting every mistake with its place and the fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from queuewright import catalog
from queuewright.advisor.conditions import OPERATORS
from queuewright.advisor.options import options_of
from queuewright.advisor.predicates import PREDICATES
from queuewright.advisor.wording import PLACEHOLDER
from queuewright.catalog import AnswerKey
from queuewright.spec import nodes
from queuewright.spec.expect import Expect, kind, shown
from queuewright.spec.nodes import Node, Scalar
from queuewright.spec.problems import Problems
from queuewright.spec.quantities import ANSWERS as QUANTITIES
from queuewright.spec.settings import read_settings
from queuewright.spec.suggest import did_you_mean, one_of

KEYS = ("version", "name", "source", "checked", "sources", "allowed", "forbidden", "settings", "rules")
RULE_KEYS = ("id", "effect", "when", "target", "reason", "source", "points", "topic", "severity", "scope", "outside", "checked")  # fmt: skip
EFFECTS = ("eliminate", "prefer", "avoid", "warn", "refuse")
WEIGHING = ("prefer", "avoid")
NAMES = ("broker", "worker", "variant")
TEXTS = ("name", "source", "checked")
MIXED = "yes, no or a word"
COMPARISONS = {
    "a number": ("eq", "ne", "lt", "le", "gt", "ge", "in"),
    "a list": ("contains", "lacks"),
    "yes or no": ("eq", "ne"),
    "a word": ("eq", "ne", "in"),
    MIXED: ("eq", "ne", "in"),
}
"""What each kind of answer or fact can be asked."""


class PolicyReader:
    def __init__(self, problems: Problems, *, json_text: bool = False) -> None:
        self.problems = problems
        self.expect = Expect(problems, json_text)
        self.catalog = catalog.load()
        options = options_of(self.catalog)
        self.facts = sorted({key for option in options for key in option.facts})
        kinds: dict[str, set[str]] = {}
        for option in options:
            for key, fact in option.facts.items():
                kinds.setdefault(key, set()).add(_kind(fact.value))
        self.fact_kinds = {key: min(found) if len(found) == 1 else MIXED for key, found in kinds.items()}
        self.parts: dict[str, tuple[str, ...]] = {
            "broker": tuple(self.catalog.brokers),
            "worker": tuple(self.catalog.workers),
            "stack": tuple(dict.fromkeys(str(option.stack) for option in options)),
            "variant": tuple(dict.fromkeys(option.stack.variant for option in options)),
        }

    def read(self, root: Node) -> dict[str, Any]:
        """Raises SpecError with all that was found."""
        if not isinstance(root, nodes.Mapping):
            self.problems.add(
                root,
                f"a policy is a mapping of keys to values, not {kind(root)}",
                "for instance `forbidden: {brokers: [kafka]}`",
            )
            self.problems.stop_if_any()
        assert isinstance(root, nodes.Mapping)
        self._keys(root, KEYS, "a policy")
        raw: dict[str, Any] = {}
        for key in TEXTS:
            node = root.get(key)
            if node is not None:
                raw[key] = self._date(node) if key == "checked" else self.expect.text(node, f"`{key}`")
        if "{" in str(raw.get("name")):
            self.problems.add(root.get("name"), "`name` stands in reasons as it is: no braces", "remove them")
        raw["sources"] = self._sources(root)
        for key in ("allowed", "forbidden"):
            raw[key] = self._lists(root, key)
        settings = self._inner(root, "settings")
        raw["settings"] = (
            read_settings(settings, "project", self.catalog.settings, self.expect).values if settings else {}
        )
        raw["rules"] = self._rules(root, raw["sources"])
        self.problems.stop_if_any()
        return raw

    def _keys(self, mapping: nodes.Mapping, known: Sequence[str], what: str) -> None:
        for key, _ in mapping:
            if key.text not in known:
                hint = did_you_mean(key.text, known, f"{what} has {', '.join(known)}")
                self.problems.add(key, f"unknown key `{shown(key.text)}`", hint)

    def _inner(self, mapping: nodes.Mapping, key: str) -> nodes.Mapping | None:
        node = mapping.get(key)
        return None if node is None else self.expect.mapping(node, f"`{key}`")

    def _date(self, node: Node) -> str | None:
        """A day, which YAML 1.1 would read as more than text."""
        scalar = self.expect.scalar(node, "`checked`")
        return None if scalar is None else scalar.text

    def _sources(self, root: nodes.Mapping) -> dict[str, str]:
        inner = self._inner(root, "sources")
        found = {}
        for key, node in inner or ():
            page = self.expect.text(node, f"`{key.text}`")
            if page is not None and not page.startswith("https://"):
                self.problems.add(
                    node, f"the source `{shown(page)}` is no https address", "write https://..."
                )
            elif page is not None:
                found[key.text] = page
        return found

    def _lists(self, root: nodes.Mapping, verb: str) -> dict[str, list[str]]:
        inner = self._inner(root, verb)
        kinds = ("brokers", "workers", "stacks")
        if inner is not None:
            self._keys(inner, kinds, f"`{verb}`")
        found = {}
        for key, node in inner or ():
            if key.text in kinds:
                found[key.text] = self._words(node, f"`{key.text}`", self.parts[key.text.removesuffix("s")])
        return found

    def _words(self, node: Node, what: str, known: Sequence[str]) -> list[str]:
        """One word or a list of them."""
        items = node.items if isinstance(node, nodes.Sequence) else [node]
        words = []
        for item in items:
            word = self.expect.text(item, what)
            if word is not None and word not in known:
                hint = did_you_mean(word, known, one_of(known) if len(known) < 12 else "`qw list` shows them")
                self.problems.add(item, f"{what} does not know `{shown(word)}`", hint)
            elif word is not None:
                words.append(word)
        return words

    def _rules(self, root: nodes.Mapping, sources: Mapping[str, str]) -> list[dict[str, Any]]:
        node = root.get("rules")
        items = self.expect.sequence(node, "`rules`") if node is not None else None
        rules = []
        first: dict[str, int] = {}
        for item in items or ():
            mapping = self.expect.mapping(item, "a rule")
            if mapping is None:
                continue
            rule = self._rule(mapping, sources)
            id_ = rule.get("id")
            if id_ in first:
                message = f"a rule `{shown(id_)}` is there already, on line {first[id_]}"
                self.problems.add(mapping.get("id"), message, "rename one of them")
            elif id_:
                first[id_] = item.line
            rules.append(rule)
        return rules

    def _rule(self, mapping: nodes.Mapping, sources: Mapping[str, str]) -> dict[str, Any]:
        self._keys(mapping, RULE_KEYS, "a rule")
        for needed, example in (("id", "house-celery"), ("effect", "prefer"), ("reason", "We know it.")):
            if mapping.get(needed) is None:
                self.problems.add(
                    mapping, f"`{needed}` of the rule is missing", f"for instance `{needed}: {example}`"
                )
        rule: dict[str, Any] = {}
        closed = {
            "effect": EFFECTS,
            "severity": ("must", "should"),
            "scope": ("winner", "any", "refusal"),
            "topic": tuple(self.catalog.topics),
        }
        for key, node in mapping:
            if key.text in ("id", "outside"):
                rule[key.text] = self.expect.text(node, f"`{key.text}`")
            elif key.text == "topic":
                rule["topic"] = next(iter(self._words(node, "`topic`", closed["topic"])), None)
            elif key.text in closed:
                rule[key.text] = self.expect.choice(node, f"`{key.text}`", closed[key.text])
            elif key.text == "checked":
                rule["checked"] = self._date(node)
            elif key.text == "reason":
                rule["reason"] = self._reason(node)
            elif key.text == "source":
                rule["source"] = self._source(node, sources)
            elif key.text == "target":
                rule["target"] = self._target(node)
            elif key.text == "when":
                rule["when"] = self._when(node)
        self._points(mapping, rule)
        return {key: value for key, value in rule.items() if value is not None}

    def _points(self, mapping: nodes.Mapping, rule: dict[str, Any]) -> None:
        node, effect = mapping.get("points"), rule.get("effect")
        if node is None and effect in WEIGHING:
            self.problems.add(
                mapping, f"`points` are missing, and `{effect}` weighs nothing without", "add `points: 10`"
            )
        if node is None:
            return
        points = self.expect.number(node, "`points`")
        if effect is not None and effect not in WEIGHING:
            self.problems.add(
                node, f"`points` do nothing for `{effect}`", "remove them, or write prefer or avoid"
            )
        elif points is not None and points <= 0:
            self.problems.add(node, f"`points` must be above 0, not {points:g}", "`avoid` takes them off")
        else:
            rule["points"] = points

    def _reason(self, node: Node) -> str | None:
        text = self.expect.text(node, "`reason`")
        for match in PLACEHOLDER.finditer(text or ""):
            group, key = match.groups()
            known = {"answer": tuple(self.catalog.answers), "fact": self.facts}.get(group, NAMES)
            if key not in known:
                hint = did_you_mean(
                    key, known, "`{broker}`, `{worker}`, `{answer:KEY}` and `{fact:KEY}` are filled in"
                )
                self.problems.add(
                    node, f"`reason`: there is no {group or 'name'} `{shown(key)}` to fill in", hint
                )
        return text

    def _source(self, node: Node, sources: Mapping[str, str]) -> str | None:
        source = self.expect.text(node, "`source`")
        if source is None or source in sources or source.startswith("https://"):
            return source
        hint = did_you_mean(source, sources, "write an https address, or one of the names under `sources:`")
        self.problems.add(node, f"the source `{shown(source)}` is neither an https address nor named", hint)
        return None

    def _target(self, node: Node) -> dict[str, list[str]]:
        mapping = self.expect.mapping(node, "`target`")
        keys = (*self.parts, *(f"not_{key}" for key in self.parts))
        if mapping is not None:
            self._keys(mapping, keys, "a target")
        return {
            key.text: self._words(value, f"`{key.text}`", self.parts[key.text.removeprefix("not_")])
            for key, value in mapping or ()
            if key.text in keys
        }

    def _when(self, node: Node) -> list[dict[str, Any]]:
        items = self.expect.sequence(node, "`when`")
        mappings = [self.expect.mapping(item, "a condition") for item in items or ()]
        return [condition for mapping in mappings if mapping for condition in self._condition(mapping)]

    def _condition(self, mapping: nodes.Mapping) -> Iterable[dict[str, Any]]:
        """One condition, none where it is wrong."""
        if mapping.get("predicate") is not None:
            known = tuple(PREDICATES)
            words = self._words(mapping.get("predicate") or mapping, "`predicate`", known)
            return [{"predicate": word} for word in words]
        answer = self._key_of(mapping, "answer", tuple(self.catalog.answers))
        fact = self._key_of(mapping, "fact", self.facts)
        if mapping.get("answer") is None and mapping.get("fact") is None:
            hint = "for instance `{answer: payload_kb, gt: 32}`"
            self.problems.add(mapping, "a condition asks for an `answer`, a `fact` or a `predicate`", hint)
            return []
        operators = [(key, node) for key, node in mapping if key.text not in ("answer", "fact")]
        self._keys(mapping, ("answer", "fact", *OPERATORS), "a condition")
        if len(operators) != 1:
            self.problems.add(mapping, "a condition has one comparison", f"{one_of(tuple(OPERATORS))}")
            return []
        operator, node = operators[0]
        if operator.text not in OPERATORS or (answer is None and fact is None):
            return []
        asked = self._asked(answer, fact)
        if operator.text not in COMPARISONS[asked]:
            message = f"`{operator.text}` does not go with `{answer or fact}`, which is {asked}"
            self.problems.add(operator, message, one_of(COMPARISONS[asked]))
            return []
        of = {key: value for key, value in (("answer", answer), ("fact", fact)) if value is not None}
        value = self._value(node, operator.text, self.catalog.answers.get(answer or ""), fact)
        return [] if value is None else [{**of, operator.text: value}]

    def _asked(self, answer: str | None, fact: str | None) -> str:
        """The kind of value that a condition asks for."""
        if answer is None:
            return self.fact_kinds[fact or ""]
        kinds = {"number": "a number", "integer": "a number", "bool": "yes or no", "choice": "a word"}
        return kinds.get(self.catalog.answers[answer].type, "a list")

    def _key_of(self, mapping: nodes.Mapping, what: str, known: Sequence[str]) -> str | None:
        node = mapping.get(what)
        if node is None:
            return None
        key = self.expect.text(node, f"`{what}`")
        if key is None or key in known:
            return key
        hint = (
            f"write `{QUANTITIES[key][0]}`"
            if what == "answer" and key in QUANTITIES
            else did_you_mean(key, known)
        )
        listing = "`qw explain answers` lists them" if what == "answer" else "`qw facts` lists them"
        self.problems.add(node, f"there is no {what} `{shown(key)}`", hint or listing)
        return None

    def _value(self, node: Node, operator: str, answer: AnswerKey | None, fact: str | None) -> Any:
        """What is compared with: a value, a list of them, or `{fact: KEY}`."""
        if isinstance(node, nodes.Mapping):
            other = self._key_of(node, "fact", self.facts)
            if node.get("fact") is None:
                self.problems.add(
                    node,
                    f"`{operator}` takes a value, or `{{fact: KEY}}`",
                    "for instance `{fact: max_message_kb}`",
                )
            if (
                other is not None
                and answer is not None
                and self.fact_kinds[other] != self._asked(answer.key, None)
            ):
                message = f"`{answer.key}` is {self._asked(answer.key, None)}, the fact `{other}` is {self.fact_kinds[other]}"
                self.problems.add(node, message, "compare what is of one kind")
                return None
            return None if other is None else {"fact": other}
        if operator == "in":
            items = self.expect.sequence(node, "`in`")
            values = [self._one(item, operator, answer, fact) for item in items or ()]
            return None if items is None or None in values else values
        return self._one(node, operator, answer, fact)

    def _one(self, node: Node, operator: str, answer: AnswerKey | None, fact: str | None) -> Any:
        scalar = self.expect.scalar(node, f"`{operator}`")
        if scalar is None:
            return None
        if answer is None:
            return self._of_fact(scalar, operator, fact or "")
        what = f"`{operator}` for `{answer.key}`"
        if answer.type in ("number", "integer"):
            return self.expect.number(node, what, answer.unit or "")
        if answer.type == "bool":
            return self.expect.boolean(node, what)
        known = tuple(str(value) for value in answer.values)
        if answer.key == "constraints":
            known = tuple(map(str, self.catalog.constraints))
        if known and answer.type in ("choice", "choices", "words") and answer.key != "excluded":
            otherwise = (
                "`qw explain constraints` lists them" if answer.key == "constraints" else one_of(known)
            )
            if scalar.text not in known:
                hint = did_you_mean(scalar.text, known, otherwise)
                self.problems.add(node, f"{what} does not know `{shown(scalar.text)}`", hint)
                return None
            return scalar.text
        return self.expect.text(node, what)

    def _of_fact(self, scalar: Scalar, operator: str, fact: str) -> Any:
        """A value of the kind that the fact has."""
        what, asked = f"`{operator}` for `{fact}`", self.fact_kinds[fact]
        if asked == "a number":
            return self.expect.number(scalar, what)
        if asked == "yes or no" or (asked == MIXED and isinstance(self.expect.read(scalar).value, bool)):
            return self.expect.boolean(scalar, what)
        return self.expect.text(scalar, what)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list | tuple) else "a word"
