// Passkeys need the browser: forms marked data-passkey appear only where it can, and fill in the credential.
// data-passkey="get" signs in or confirms, "create" adds one. Options stand in a JSON block of the page
// (data-options, data-key) or are fetched from the form's own address.

async function optionsOf(form) {
  if (form.dataset.options) {
    const block = document.getElementById(form.dataset.options);
    const found = JSON.parse(block.textContent);
    return form.dataset.key ? found[form.dataset.key] : found;
  }
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("no options");
  return (await response.json()).request_options;
}

// A passkey that signs in by itself has to know whose it is and ask for finger, face or PIN.
function asPasskey(options) {
  Object.assign(options.publicKey.authenticatorSelection, {
    residentKey: "required", requireResidentKey: true, userVerification: "required",
  });
  return options;
}

async function run(form) {
  const options = await optionsOf(form);
  const credential = form.dataset.passkey === "create"
    ? await window.webauthnJSON.create(asPasskey(options))
    : await window.webauthnJSON.get(options);
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

function arm(form) {
  const error = form.querySelector("[data-passkey-error]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    error.hidden = true;
    run(form).catch(() => { error.hidden = false; });
  });
}

if (window.PublicKeyCredential && window.webauthnJSON) {
  document.querySelectorAll("form[data-passkey]").forEach(arm);
  document.querySelectorAll("[data-without-passkey]").forEach((part) => { part.hidden = true; });
}
