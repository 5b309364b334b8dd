// What every file begins with: the program with a member, and relying parties that an admin connects to it.

import "./webcrypto.mjs";

import assert from "node:assert/strict";
import { after, before } from "node:test";

import * as client from "openid-client";

import { addMember, fresh } from "../../../browser/support/novi.mjs";
import { Browser } from "./browser.mjs";

/** Nobody listens there: the browser stops where it leaves the provider. */
export const CALLBACK = "http://localhost:9/callback";

/** The program for all tests of a file; it ends with them. */
export function stage() {
  const set = {};
  before(async () => {
    set.novi = await fresh({ NOVI_SSO_ALLOW_LOOPBACK_CALLS: "true" });
    set.ann = await addMember(set.novi, {
      email: "ann@acme.example",
      password: "quarry otter lantern 7",
      firstName: "Ann",
      lastName: "Archer",
    });
    set.browser = () => new Browser(set.novi.url);
    set.register = (...flags) => register(set.novi, flags);
    set.connect = async (method, ...flags) => {
      const { id, secret } = await set.register(...flags);
      return discover(set.novi, id, method(secret));
    };
  });
  after(() => set.novi?.stop());
  return set;
}

/** Adds a client by the command line. */
async function register(novi, flags) {
  const args = ["client", "add", "--name", "Community", "--redirect-url", CALLBACK, ...flags];
  const { client_id: id, client_secret: secret } = await novi.run(args);
  return { id, secret };
}

/** As a platform does it when its admin saves: from the issuer, Client Id and Secret Key. */
export function discover(novi, id, authentication, options = {}) {
  // ID tokens verified by the provider's keys, too, which a client that trusts TLS need not do.
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
  const metadata = { redirect_uris: [CALLBACK] };
  return client.discovery(new URL(novi.url), id, metadata, authentication, { execute, ...options });
}

/** What a client keeps while the member is away, and the address that it sends the member to. */
export async function attempt(config, parameters = {}) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const asked = {
    redirect_uri: CALLBACK,
    scope: "openid profile email",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    ...parameters,
  };
  return { asked, checks, url: client.buildAuthorizationUrl(config, asked) };
}

/** From the client's link over the log-in form to the tokens. */
export async function signIn({ browser, ann }, config, parameters = {}, visitor = browser()) {
  const { url, checks } = await attempt(config, parameters);
  const departure = await visitor.logIn(await visitor.open(url), ann);
  const tokens = await client.authorizationCodeGrant(config, departure.url, checks);
  return { tokens, claims: tokens.claims(), visitor };
}

/** The error that the token endpoint answered, or one of those beside it. */
export function refused(status, error) {
  return (thrown) => thrown instanceof client.ResponseBodyError && thrown.status === status && thrown.error === error;
}

/** The error that came back by the browser. */
export function sentBack(error) {
  return (thrown) => thrown instanceof client.AuthorizationResponseError && thrown.error === error;
}

/** Whether an ID token tells this client all about Ann. */
export function isAnn({ novi, ann }, claims, config, what) {
  const { iss, sub, aud, email, name, acr, amr } = claims;
  const { client_id: id } = config.clientMetadata();
  assert.deepEqual({ iss, sub, aud, email }, { iss: novi.url, sub: ann.id, aud: id, email: ann.email }, what);
  assert.deepEqual({ name, acr, amr }, { name: "Ann Archer", acr: "1", amr: ["pwd"] }, what);
}
