// Passkeys need a script; everything else on these pages works without. No build, no library.
"use strict";
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const canUsePasskeys = Boolean(window.PublicKeyCredential && navigator.credentials);
  for (const element of all("[data-if-passkeys]")) element.hidden = !canUsePasskeys;
  for (const element of all("[data-unless-passkeys]")) element.hidden = canUsePasskeys;

  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withIds = (list) => (list || []).map((each) => ({ ...each, id: decode(each.id) }));

  // By hand, as browsers that have passkeys but not the newer JSON helpers are still about.
  const toOptions = (json) => {
    const options = { ...json, challenge: decode(json.challenge) };
    if (json.user) options.user = { ...json.user, id: decode(json.user.id) };
    if (json.excludeCredentials) options.excludeCredentials = withIds(json.excludeCredentials);
    if (json.allowCredentials) options.allowCredentials = withIds(json.allowCredentials);
    return options;
  };
  const toJson = (credential) => {
    const { response } = credential;
    const sent = { clientDataJSON: encode(response.clientDataJSON) };
    if (response.attestationObject) {
      sent.attestationObject = encode(response.attestationObject);
      sent.transports = response.getTransports ? response.getTransports() : [];
    } else {
      sent.authenticatorData = encode(response.authenticatorData);
      sent.signature = encode(response.signature);
      sent.userHandle = response.userHandle ? encode(response.userHandle) : null;
    }
    return {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: sent,
    };
  };

  const tell = (name) => {
    const known = name && document.querySelector(`[data-problem="${name}"]`);
    for (const element of all("[data-problem], .summary, #passkey-error")) element.hidden = true;
    if (name) (known || document.querySelector('[data-problem="other"]')).hidden = false;
  };
  for (const button of all("[data-passkey]")) {
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled")) return;
      const { form } = button;
      // Not `disabled`: the browser would take the keyboard's focus off the button.
      button.setAttribute("aria-disabled", "true");
      tell("");
      try {
        const publicKey = toOptions(JSON.parse(button.dataset.options));
        const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
        form.elements.passkey.value = JSON.stringify(toJson(credential));
        form.submit();
      } catch (error) {
        button.removeAttribute("aria-disabled");
        tell(error.name);
      }
    });
  }

  for (const button of all("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const words = document.getElementById(button.dataset.copy).innerText;
      const whole = "copyWhole" in button.dataset;
      try {
        await navigator.clipboard.writeText(whole ? words.replace(/\s/g, "") : words);
        button.textContent = "Copied";
      } catch {
        button.textContent = "This browser doesn’t let us copy";
      }
    });
  }
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
