"""Signs and verifies with PyJWT what it is asked to on its standard input: JSON, a line a case, and a line an answer."""

import base64
import json
import sys
from datetime import datetime

import jwt
import jwt.api_jwt

settings = json.loads(sys.stdin.readline())


class StandingClock(datetime):
    """The tests' clock stands still."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(settings["now"], tz)


jwt.api_jwt.datetime = StandingClock

keys = {}


def key_of(case):
    text = case["key"]
    known = (case["alg"], text)
    if known not in keys:
        if case["alg"].startswith("HS"):
            keys[known] = base64.b64decode(text)
        else:
            # Read once: an RSA key takes long.
            keys[known] = jwt.algorithms.get_default_algorithms()[case["alg"]].prepare_key(text)
    return keys[known]


def answer(case):
    if case["op"] == "algorithms":
        return {"algorithms": list(jwt.algorithms.get_default_algorithms())}
    if case["op"] == "sign":
        token = jwt.encode(case["claims"], key_of(case), algorithm=case["alg"], headers=case["header"])
        return {"token": token}
    claims = jwt.decode(
        case["token"],
        key_of(case),
        algorithms=[case["alg"]],
        issuer=settings["issuer"],
        audience=settings["audience"],
        leeway=settings["leeway"],
        options={"require": ["exp"]},
    )
    return {"claims": claims if case.get("show") else {}}


for line in sys.stdin:
    try:
        said = answer(json.loads(line))
    # Whatever goes wrong inside it, the token was not accepted.
    except Exception as error:
        said = {"error": type(error).__name__}
    print(json.dumps(said))
