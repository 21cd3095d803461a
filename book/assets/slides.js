// Slides of a lesson (book/_ext/csm_teaching.py): the reader's mode, then one of three forms.
// On a phone, and without this script, all slides stand under each other with their notes.
// With ?print-pdf they stand as they are printed; else reveal.js shows one at a time.

(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const query = new URLSearchParams(location.search);

  // The same choice as on the pages of the book.
  const paint = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("mode");
    } catch {
      // A browser may keep nothing for a page opened from a folder.
    }
    const known = chosen === "light" || chosen === "dark";
    root.dataset.theme = known ? chosen : dark.matches ? "dark" : "light";
  };
  paint();
  dark.addEventListener("change", paint);

  const paper = query.has("print-pdf");
  const narrow = innerWidth < 700 && !query.has("receiver"); // the speaker's view has small frames
  if (paper) root.classList.add("csm-paper");
  else if (!narrow) root.classList.add("csm-slides");
  if (query.has("receiver")) root.classList.add("csm-receiver");
  if (paper && query.has("with-notes")) root.classList.add("csm-with-notes");

  if (paper || narrow) return;
  addEventListener("load", () => {
    document.getElementById("reveal-style").media = "screen"; // it hides all slides but one
    Reveal.initialize({
      width: 1280,
      height: 720,
      margin: 0,
      minScale: 0.1,
      maxScale: 4,
      center: false,
      embedded: true,
      hash: true,
      transition: "none",
      backgroundTransition: "none",
      controlsTutorial: false,
      slideNumber: "c/t",
      navigationMode: "linear",
      scrollActivationWidth: null,
      plugins: [RevealNotes],
    }).then(() => {
      const controls = document.querySelector(".reveal .controls");
      controls.setAttribute("role", "region");
      controls.setAttribute("aria-label", "Move between slides");
    });
  });
})();
