// Views that can be switched without a kernel: each stands on the page once for every combination
// of its choices (csm_lib/view.py), and this shows the one that is chosen.

for (const view of document.querySelectorAll(".csm-explore")) {
  const form = view.querySelector(".csm-controls");
  const states = view.querySelectorAll(".csm-state");

  // The numbers of the options chosen, in the order of the controls: "0-2".
  const chosen = () =>
    [...form.querySelectorAll("select, input:checked")].map((control) => control.value).join("-");

  const show = () => {
    const now = chosen();
    for (const state of states) state.hidden = state.dataset.state !== now;
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    show();
    const title = view.querySelector(".csm-state:not([hidden]) figcaption");
    view.querySelector(".csm-said").textContent = title.textContent;
  });
  // A browser may set controls back to what they were when it comes back to a page.
  window.addEventListener("pageshow", show);

  view.querySelector(".csm-unswitched").hidden = true;
  form.hidden = false;
  show();
}
