// Drag a pair onto another: the mentee of the first with the mentor of the second. What it would cost is on the page that
// opens, and nothing is changed before that. Without this file "Change mentor" leads to the same page.
customElements.define("drag-together", class extends HTMLElement {
  connectedCallback() {
    // a row becomes one to drag when it is touched: making hundreds so at once would hold up the page
    this.addEventListener("pointerdown", (event) => { this.row(event)?.setAttribute("draggable", "true"); });
    this.addEventListener("dragstart", (event) => this.take(event));
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => this.drop(event));
    this.addEventListener("dragend", () => this.clear());
  }

  row(event) {
    return event.target.closest?.("[data-mentee]");
  }

  take(event) {
    this.from = this.row(event);
    if (!this.from) return;
    event.dataTransfer.effectAllowed = "link";
    event.dataTransfer.setData("text/plain", this.from.dataset.mentee);
  }

  over(event) {
    const row = this.row(event);
    this.clear(row);
    if (!this.from || !row || row.dataset.mentor === this.from.dataset.mentor) return;
    event.preventDefault();
    row.classList.add("droponto");
  }

  drop(event) {
    const row = this.row(event);
    if (!this.from || !row) return;
    event.preventDefault();
    const asked = new URLSearchParams({ mentee: this.from.dataset.mentee, mentor: row.dataset.mentor });
    window.location.assign(`${this.dataset.to}?${asked}`);
  }

  clear(except) {
    for (const row of this.querySelectorAll(".droponto")) if (row !== except) row.classList.remove("droponto");
  }
});
