// Says what the value of a slider means while somebody moves it. Without it the whole scale is there to read.
for (const box of document.querySelectorAll("[data-scale]")) {
  const slider = box.querySelector('input[type="range"]');
  const steps = [...box.querySelectorAll("[data-from]")];

  function tell() {
    const value = Number(slider.value);
    const now = steps.filter((step) => Number(step.dataset.from) <= value).pop();
    for (const step of steps) step.toggleAttribute("aria-current", step === now);
    slider.setAttribute("aria-valuetext", now.textContent);
  }

  slider.addEventListener("input", tell);
  tell();
}
