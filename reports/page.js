"use strict";
// Filters the findings. Everything is on the page already: without this script
// the page merely shows all of it.
{
  const form = document.getElementById("filter");
  const findings = [...document.querySelectorAll(".finding")];

  if (form) {
    const shown = document.getElementById("shown");
    const unfold = document.getElementById("unfold");

    const filter = () => {
      const data = new FormData(form);
      const severities = data.getAll("severity");
      const kind = data.get("kind");
      const words = data.get("text").toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const f of findings) {
        const text = f.textContent.toLowerCase();
        f.hidden = !severities.includes(f.dataset.severity)
          || (kind !== "" && kind !== f.dataset.kind)
          || !words.every((word) => text.includes(word));
        if (!f.hidden) count++;
      }
      for (const group of document.querySelectorAll(".group")) {
        group.hidden = !group.querySelector(".finding:not([hidden])");
      }
      shown.textContent = `${count} of ${findings.length} shown`;
    };

    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    unfold.addEventListener("click", () => {
      const open = unfold.getAttribute("aria-pressed") !== "true";
      unfold.setAttribute("aria-pressed", String(open));
      unfold.textContent = open ? "Fold all" : "Unfold all";
      for (const f of findings) f.open = open;
    });
    filter();
  }

  // A link to a finding opens it, and shows it although a filter hides it.
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target || !target.classList.contains("finding")) return;
    target.hidden = false;
    target.closest(".group").hidden = false;
    target.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
}
