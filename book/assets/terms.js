// Definitions at the words of the glossary (book/_ext/csm_terms.py). The style sheet shows them;
// this sets them near their words and within the window, and lets Escape close them.

const terms = [...document.querySelectorAll(".csm-term")];

const place = (term) => {
  const link = term.querySelector("a");
  const text = document.getElementById(link.getAttribute("aria-describedby"));
  if (text.parentElement !== term) link.after(text); // it stands on the page once
  const word = link.getBoundingClientRect();
  const line = [...link.getClientRects()].at(-1); // the last, if the word runs over two lines
  const box = text.offsetParent.getBoundingClientRect();
  text.style.setProperty("--at", `${Math.round(line.left - box.left)}px`);
  text.style.setProperty("--lift", `${Math.round(word.height)}px`);
  delete text.dataset.above;
  const { height, bottom } = text.getBoundingClientRect();
  if (bottom > innerHeight && word.top > height + 8) text.dataset.above = "";
};

for (const term of terms) {
  for (const event of ["pointerenter", "focusin"]) {
    term.addEventListener(event, () => {
      delete term.dataset.left;
      place(term);
    });
  }
  for (const event of ["pointerleave", "focusout"]) {
    term.addEventListener(event, () => delete term.dataset.closed);
  }
  term.addEventListener("focusout", () => (term.dataset.left = ""));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const term of terms) if (term.matches(":hover, :focus-within")) term.dataset.closed = "";
});
