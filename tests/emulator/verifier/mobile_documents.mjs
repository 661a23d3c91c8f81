// Presents mobile documents with the holder's key, and verifies what was presented.
// Takes {documents: [{response, doctype, key}], roots, now}: each response is a DeviceResponse (base64)
// that no device signed yet, with the holder's private JWK; roots are certificates in PEM.
// Answers, for each, {checks: [[what, PASSED or FAILED]], elements: {namespace → {name → value}}}.

import {DeviceResponse, Verifier, parse} from '@auth0/mdl';
import {readFileSync} from 'node:fs';
import {setClock} from './clock.mjs';

const {documents, roots, now} = JSON.parse(readFileSync(0, 'utf8'));
setClock(now);
const HANDOVER = ['nonce of the wallet', 'client', 'https://verifier.example', 'nonce of the verifier'];

function everything(document) {
  const spaces = Object.entries(document.issuerSigned.nameSpaces);
  return spaces.flatMap(([space, items]) => items.map(item => ({
    path: [`$['${space}']['${item.elementIdentifier}']`], intent_to_retain: false,
  })));
}

async function presented({response, doctype, key}) {
  const document = parse(Buffer.from(response, 'base64'));
  const asked = {id: doctype, constraints: {fields: everything(document.documents[0])}};
  const made = DeviceResponse.from(document)
    .usingPresentationDefinition({id: 'all', input_descriptors: [asked]})
    .usingSessionTranscriptForOID4VP(...HANDOVER)
    .authenticateWithSignature(key, 'ES256');
  return [made.sessionTranscriptBytes, (await made.sign()).encode()];
}

async function verified(each) {
  const checks = [];
  const [encodedSessionTranscript, bytes] = await presented(each);
  const onCheck = ({check, status}) => checks.push([check, status]);
  const {documents: [document]} =
    await new Verifier(roots).verify(bytes, {encodedSessionTranscript, onCheck});
  const elements = Object.fromEntries(Object.entries(document.issuerSigned.nameSpaces).map(
    ([space, items]) => [space, Object.fromEntries(
      items.map(item => [item.elementIdentifier, item.elementValue]))]));
  return {checks, elements};
}

const results = [];
for (const each of documents) {
  results.push(await verified(each).catch(error => ({checks: [[error.message, 'FAILED']]})));
}
console.log(JSON.stringify(results));
