// A slider beside each weight, and the sum while somebody moves it. The page works with the numbers alone.
for (const box of document.querySelectorAll("[data-weights]")) {
  const rows = [...box.querySelectorAll("[data-weight]")].map((row) => ({
    number: row.querySelector('input[type="number"]'),
    slider: row.querySelector('input[type="range"]'),
  }));
  const goal = Number(box.dataset.weights);
  const sum = box.querySelector("[data-sum]");
  const notes = Object.fromEntries([...box.querySelectorAll("[data-note]")].map((note) => [note.dataset.note, note]));

  function tell() {
    const total = rows.reduce((all, { number }) => all + (Math.trunc(Number(number.value)) || 0), 0);
    sum.textContent = total;
    const said = total === goal ? "right" : total > goal ? "many" : "few";
    for (const [name, note] of Object.entries(notes)) note.hidden = name !== said;
    for (const by of box.querySelectorAll("[data-by]")) by.textContent = Math.abs(goal - total);
  }

  for (const { number, slider } of rows) {
    slider.hidden = false;
    slider.value = number.value;
    slider.addEventListener("input", () => { number.value = slider.value; tell(); });
    number.addEventListener("input", () => { slider.value = number.value; tell(); });
  }
}
