#!/usr/bin/env python3
"""
Recompute a selection of the Mingxuan market from its published transcript, trusting nobody.

    python verify_selection.py transcript.json [--signature FILE --key HEX]

Needs Python 3.8, nothing else and no network. Exit code 0: every number comes out as published. 1: the first thing
that differs is named. Written from the market's rules, not from its code; docs/guide/verification.md explains it.
"""

import argparse
import hashlib
import hmac
import json
import re
from fractions import Fraction

KEYS = """announcement announcement_hash candidates ciphertexts code_version coefficient decided_by list_hash marks
    number opened_at public_value ranking reserves secrets seed set_aside version winner working"""
ANNOUNCED = """bid_keys commitments deadline limits method number parameters policy public_value_source published_at
    version"""
METHODS = ("direct", "random_draw", "lowest_price", "benchmark_price", "credit_preferred", "best_proposal")
FATES = ("counted", "replaced", "withdrawn", "set_aside")


class Differs(Exception):
    """Something published is not what the rules make of the rest."""


def need(condition, what):
    if not condition:
        raise Differs(what)


def same(what, published, computed):
    equal = type(published) is type(computed) and published == computed
    need(equal, f"{what}\n  published:  {published!r}\n  recomputed: {computed!r}")


def parse(data):
    """JSON of strings, whole numbers, true, false and null, no key twice."""

    def pairs(found):
        need(len(dict(found)) == len(found), "the file names a key twice")
        return dict(found)

    return json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_float=int, parse_constant=int)


def canonical(value):
    """RFC 8785, whose keys are in the order of their UTF-16 code units."""

    def ordered(one):
        need(type(one) is not int or abs(one) < 2**53, f"{one} is too large a number")
        if isinstance(one, dict):
            return {key: ordered(one[key]) for key in sorted(one, key=lambda key: key.encode("utf-16-be"))}
        return [ordered(each) for each in one] if isinstance(one, list) else one

    return json.dumps(ordered(value), separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def is_hex(text):
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) is not None


class Selection:
    def __init__(self, transcript):
        need(isinstance(transcript, dict), "the file is not a transcript")
        same("keys of the transcript", sorted(transcript), KEYS.split())
        self.t, self.announced, self.rows = transcript, transcript["announcement"], transcript["candidates"]
        self.lines, self.choice, self.coefficient, self.void = [], [], None, False
        self.say = lambda word, text: self.lines.append(f"{word:13} {text}")

    def verify(self):
        for step in ("announcement", "commitments", "list", "seed", "ranking"):
            try:
                getattr(self, f"check_{step}")()
            except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
                raise Differs(f"{step}: not of the published form ({error!r})") from None
        return self.lines

    def check_announcement(self):
        same("keys of the announcement", sorted(self.announced), ANNOUNCED.split())
        same("announcement_hash", self.t["announcement_hash"], sha256(canonical(self.announced)))
        for key in ("number", "version"):
            same(key, self.t[key], self.announced[key])
        self.method = self.announced["method"]
        need(self.method in METHODS, f"method: {self.method!r} is not one of the rules")
        self.say("announcement", self.t["announcement_hash"] + "  ok")

    def check_commitments(self):
        nothing = [self.t["secrets"], *(self.announced[key] for key in ("commitments", "bid_keys", "deadline"))]
        if self.method == "direct":
            return same("secrets, commitments, keys and deadline of a direct selection", nothing, [None] * 4)
        same("sides of the secrets", sorted(self.t["secrets"]), ["operator", "regulator"])
        for side, secret in sorted(self.t["secrets"].items()):
            committed, computed = self.announced["commitments"][side], is_hex(secret) and sha256(bytes.fromhex(secret))
            # Without a seed the selection was voided, rightly where a secret is lost or not the one committed to.
            self.void = self.void or (self.t["seed"] is None and computed != committed)
            same(f"the {side}'s commitment", committed, committed if self.void else computed)
            self.say("commitment", committed + f"  {'ok' if computed == committed else 'NOT KEPT'}, the {side}'s")

    def check_list(self):
        listed = {key: self.t[key] for key in ("candidates", "ciphertexts", "set_aside")}
        same("list_hash", self.t["list_hash"], sha256(canonical(listed)))
        for row in self.rows:
            same("keys of a candidate", sorted(row), ["days", "id", "nonce", "price", "score"])
            need(type(row["days"]) is int and row["days"] > 0, f"days of {row['id']}: {row['days']!r}")
            need(row["nonce"] is None if self.method == "direct" else is_hex(row["nonce"]), f"nonce of {row['id']}")
        self.ids = [row["id"] for row in self.rows]
        hashes, fates = ([row[key] for row in listed["ciphertexts"]] for key in ("sha256", "fate"))
        need(self.ids == sorted(set(self.ids)), "candidates are not in ascending order of distinct ids")
        need(hashes == sorted(hashes) and all(map(is_hex, hashes)), "ciphertexts are not in ascending order")
        need(set(fates) <= set(FATES), "a ciphertext has another fate than the four of the rules")
        if self.method != "direct":
            same("candidates, by the ciphertexts that counted", len(self.rows), fates.count("counted"))
            same("bids set aside, by their ciphertexts", len(listed["set_aside"]), fates.count("set_aside"))
        self.say("list", self.t["list_hash"] + "  ok")
        self.say("received", f"{len(fates)}: " + ", ".join(f"{fates.count(fate)} {fate}" for fate in FATES))

    def check_seed(self):
        source, value = self.announced["public_value_source"], self.t["public_value"]
        need(value is None or isinstance(value, str), f"public_value: {value!r}")
        named = source is not None and (value is not None or not self.t["ranking"])
        need(named or source is value is None, f"public_value: {value!r}, announced was {source!r}")
        if self.method == "direct" or self.void:
            return same("seed", self.t["seed"], None)
        secrets, self.seed = self.t["secrets"], bytes.fromhex(self.t["seed"])
        parts = [secrets["operator"], secrets["regulator"], self.t["announcement_hash"], self.t["list_hash"]]
        raw = bytes.fromhex("".join(parts + [row["nonce"] for row in self.rows]))
        raw += b"" if value is None else hashlib.sha256(value.encode("utf-8")).digest()
        same("seed", self.t["seed"], sha256(raw))
        self.say("seed", self.t["seed"] + f"  ok, with {len(self.rows)} nonces")

    def check_ranking(self):
        fewest, counted = self.announced["limits"].get("fewest_bids"), len(self.rows)
        allowed = {"credit_preferred": [2], "direct": [1]}.get(self.method, [1, 3])
        need(fewest is None or fewest in allowed, f"fewest_bids of the announcement: {fewest!r}")
        # An announcement without that number leaves open whether public money needed three.
        published, ranking, working = self.t["ranking"], [], canonical(self.t["working"]).decode("utf-8")
        if self.void or (published == [] and '"step":"voided"' in working):
            self.say("voided", working)
        elif counted < (fewest or allowed[0]) or (counted < (fewest or allowed[-1]) and published == []):
            self.say("failed", f"{counted} counted, too few")
        else:
            ranking = self.picked_first(getattr(self, self.method)())
        same("coefficient", self.t["coefficient"], self.coefficient)
        for place, one in enumerate(ranking[: len(published)]):
            same(f"ranking, place {place + 1}", published[place], one)
        same("ranking", published, ranking)
        self.say("ranking", f"ok, {len(ranking)} places by {self.method}")
        same("winner", self.t["winner"], ranking[0] if ranking else None)
        same("reserves", self.t["reserves"], ranking[1:3])
        self.say("winner", f"ok, {self.t['winner']}; reserves {', '.join(ranking[1:3]) or 'none'}")

    def picked_first(self, ranking):
        decided, pick = self.t["decided_by"], self.t["ranking"][0] if self.t["ranking"] else None
        if decided in ("rule", {"by": "rule"}) and self.method != "direct":
            return ranking
        fits = sorted(decided) == ["by", "reason"] and decided["by"] == "owner" and decided["reason"].strip()
        need(fits and pick in self.choice, f"decided_by: {decided!r}, but the owner could not pick {pick!r}")
        return [pick] + [one for one in ranking if one != pick]

    def value(self, *message):
        text = ":".join(map(str, message))
        return int.from_bytes(hmac.new(self.seed, text.encode("utf-8"), hashlib.sha256).digest(), "big")

    def amounts(self, key):
        for row in self.rows:
            fits = isinstance(row[key], str) and re.fullmatch(r"(0|[1-9][0-9]*)\.[0-9]{2}", row[key])
            need(fits and (row[key] != "0.00" or key == "score"), f"{key} of {row['id']}: {row[key]!r}")
        return {row["id"]: int(row[key].replace(".", "")) for row in self.rows}

    def direct(self):
        self.choice = self.ids
        return self.ids

    def random_draw(self):
        return sorted(self.ids, key=lambda one: (self.value("draw", one), self.value("tie", one)))

    def lowest_price(self):
        prices = self.amounts("price")
        return sorted(prices, key=lambda one: (prices[one], self.value("tie", one)))

    def benchmark_price(self):
        prices = self.amounts("price")
        for extreme in (min, max) if len(prices) >= 6 else ():
            price = extreme(prices.values())
            out = max((one for one in prices if prices[one] == price), key=lambda one: self.value("draw", one))
            self.say("set aside", f"{prices.pop(out) / 100:.2f}  {out}")
        self.coefficient = (95, 96, 97, 98)[self.value("coefficient") % 4]
        fen = int(Fraction(sum(prices.values()) * self.coefficient, len(prices) * 100) + Fraction(1, 2))
        self.say("benchmark", f"{fen // 100}.{fen % 100:02d}, {self.coefficient} % of the mean of {len(prices)}")
        return sorted(prices, key=lambda one: (abs(prices[one] - fen), prices[one], self.value("tie", one)))

    def credit_preferred(self):
        long, short = self.announced["parameters"]["long"], self.announced["parameters"]["short"]
        need(long >= short >= 1, f"sizes of long and short list: {long!r}, {short!r}")
        scores = self.amounts("score")
        best = sorted(scores, key=lambda one: (-scores[one], self.value("tie", one)))[:long]
        left, drawn = sorted(one for one in best if scores[one]), []
        while left:
            rest = self.value("weighted", len(drawn) + 1) % sum(scores[one] for one in left)
            for one in left:
                rest -= scores[one]
                if rest < 0:
                    break
            left.remove(one)
            drawn.append(one)
        zeros = (one for one in best if not scores[one])
        drawn += sorted(zeros, key=lambda one: (self.value("draw", one), self.value("tie", one)))
        self.choice = drawn[:short]
        self.say("short list", ", ".join(self.choice))
        return drawn

    def best_proposal(self):
        weights, wanted, pool = (self.announced["parameters"][key] for key in ("weights", "evaluators", "pool"))
        same("keys of the weights", sorted(weights), ["credit", "price", "proposal", "time"])
        need(sum(weights.values()) == 100 and min(weights.values()) >= 0, f"weights: {weights!r}")
        need(len(set(pool)) == len(pool) >= wanted >= 3, f"evaluators: {wanted!r} of {pool!r}")
        self.say("evaluators", f"{sorted(pool, key=lambda one: self.value('evaluator', one))[:wanted]} come first")
        same("ids that have marks", sorted(self.t["marks"]), self.ids)
        prices, scores, totals = self.amounts("price"), self.amounts("score"), {}
        lowest, fewest = min(prices.values()), min(row["days"] for row in self.rows)
        for row in self.rows:
            one, given = row["id"], self.t["marks"][row["id"]]
            fit = len(given) == wanted and all(type(mark) is int and 0 <= mark <= 100 for mark in given)
            need(fit, f"marks of {one}: {given!r}")
            parts = {"price": Fraction(100 * lowest, prices[one]), "time": Fraction(100 * fewest, row["days"])}
            parts.update(proposal=Fraction(sum(given), wanted), credit=Fraction(scores[one], 100))
            totals[one] = int(sum(weights[part] * parts[part] for part in parts) * 100 + Fraction(1, 2))
        ranking = sorted(totals, key=lambda one: (-totals[one], self.value("tie", one)))
        for one in ranking:
            self.say("total", f"{totals[one] // 10000}.{totals[one] % 10000:04d}  {one}")
        return ranking


def signature_fits(message, signature, key):
    """Ed25519 (RFC 8032), points as x, y, z."""
    p, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p

    def point(data):
        y, sign = int.from_bytes(data, "little") % 2**255, data[31] >> 7
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        need(y < p and x * x % p == square and (x or not sign), "signature: not a point on the curve")
        return (x if x % 2 == sign else p - x, y, 1)

    def add(one, other):
        a, c, e = one[2] * other[2] % p, one[0] * other[0] % p, one[1] * other[1] % p
        b, t = a * a % p, d * c * e % p
        x = a * (b - t) * ((one[0] + one[1]) * (other[0] + other[1]) - c - e)
        return x % p, a * (b + t) * (e + c) % p, (b - t) * (b + t) % p

    def times(number, one):
        result = (0, 1, 1)
        for bit in bin(number)[2:]:
            result = add(add(result, result), one if bit == "1" else (0, 1, 1))
        return result

    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % order
    left = times(s, point((4 * pow(5, -1, p) % p).to_bytes(32, "little")))
    right = add(point(signature[:32]), times(h, point(key)))
    return s < order and all((left[i] * right[2] - right[i] * left[2]) % p == 0 for i in (0, 1))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Recompute a selection from its transcript.")
    parser.add_argument("transcript", help="the JSON file of a result's page")
    parser.add_argument("--signature", metavar="FILE", help="the market's signature, 128 hexadecimal digits")
    parser.add_argument("--key", metavar="HEX", help="the market's public key, 64 hexadecimal digits")
    options = parser.parse_args(arguments)
    try:
        with open(options.transcript, "rb") as file:
            transcript = parse(file.read())
        print("\n".join(Selection(transcript).verify()))
        if options.signature or options.key:
            with open(options.signature or "", encoding="utf-8") as file:
                digits = re.findall("(?<![0-9a-f])[0-9a-f]{128}(?![0-9a-f])", file.read())
            need(digits and is_hex(options.key), "signature: 128 hex digits in the file and a key of 64 are needed")
            fits = signature_fits(canonical(transcript), bytes.fromhex(digits[0]), bytes.fromhex(options.key))
            need(fits, "signature: this key did not sign this transcript")
            print("signature     ok")
    except (Differs, OSError, ValueError, RecursionError) as difference:
        print(f"DIFFERS: {difference}")
        return 1
    print("MATCHES: every number comes out as published.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
