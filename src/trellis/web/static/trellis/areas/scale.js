// Says what the value of a slider means while somebody moves it. Without it the whole scale is there to read.
for (const box of document.querySelectorAll("[data-scale]")) {
  const slider = box.querySelector('input[type="range"]');
  const steps = [...box.querySelectorAll("[data-from]")];
  const said = box.querySelector("output");
  said.hidden = false;

  function tell() {
    const value = Number(slider.value);
    const now = steps.filter((step) => Number(step.dataset.from) <= value).pop();
    for (const step of steps) {
      if (step === now) step.setAttribute("aria-current", "true");
      else step.removeAttribute("aria-current");
    }
    said.textContent = value;
    slider.setAttribute("aria-valuetext", `${value}: ${now.textContent}`);
  }

  slider.addEventListener("input", tell);
  tell();
}
