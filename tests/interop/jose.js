// Signs and verifies with jose what it is asked to on its standard input: JSON, a line a case, and a line an answer.
"use strict";

const { createPrivateKey, createPublicKey } = require("node:crypto");
const readline = require("node:readline");
const jose = require("jose");

const ALGORITHMS = [
  "HS256", "HS384", "HS512", "ES256", "ES384", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
];

const keys = new Map();

function keyOf(known) {
  if (!keys.has(known.key)) {
    let key;
    if (known.alg.startsWith("HS")) {
      key = Buffer.from(known.key, "base64");
    } else if (known.op === "sign") {
      key = createPrivateKey(known.key);
    } else {
      key = createPublicKey(known.key);
    }
    keys.set(known.key, key);
  }
  return keys.get(known.key);
}

async function answer(asked, settings) {
  if (asked.op === "algorithms") {
    return { algorithms: ALGORITHMS };
  }
  if (asked.op === "sign") {
    const header = { ...asked.header, alg: asked.alg };
    return { token: await new jose.SignJWT(asked.claims).setProtectedHeader(header).sign(keyOf(asked)) };
  }
  const { payload } = await jose.jwtVerify(asked.token, keyOf(asked), {
    algorithms: [asked.alg],
    issuer: settings.issuer,
    audience: settings.audience,
    clockTolerance: settings.leeway,
    currentDate: new Date(settings.now * 1000),
    requiredClaims: ["exp"],
  });
  return { claims: asked.show ? payload : {} };
}

async function main() {
  let settings;
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const asked = JSON.parse(line);
    if (settings === undefined) {
      settings = asked;
      continue;
    }
    let said;
    try {
      said = await answer(asked, settings);
    } catch (error) {
      // Whatever goes wrong inside it, the token was not accepted.
      said = { error: error.code ?? error.name };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
}

main();
