// Verifies JSON credentials by the contexts as W3C published them, without the network.
// Takes {credentials, documents: {URL → document}, now}; answers, for each, {verified, errors}.

import * as vc from '@digitalbazaar/vc';
import {Ed25519Signature2018} from '@digitalbazaar/ed25519-signature-2018';
import {readFileSync} from 'node:fs';
import {setClock} from './clock.mjs';

const {credentials, documents, now} = JSON.parse(readFileSync(0, 'utf8'));
setClock(now);

async function documentLoader(url) {
  if (url in documents) {
    return {contextUrl: null, documentUrl: url, document: documents[url]};
  }
  return vc.defaultDocumentLoader(url);
}

function reasons(error) {
  const several = error?.errors ?? (error ? [error] : []);
  return several.map(each => each.message);
}

const results = [];
for (const credential of credentials) {
  const suite = new Ed25519Signature2018();
  const {verified, error} = await vc.verifyCredential({credential, suite, documentLoader});
  results.push({verified, errors: reasons(error)});
}
console.log(JSON.stringify(results));
