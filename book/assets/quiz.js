// Quizzes (csm_lib/templates/quiz.html): feedback on what was chosen. Without this script the answers
// stand folded under the questions.

for (const quiz of document.querySelectorAll(".csm-quiz")) {
  const forms = [...quiz.querySelectorAll("form")];
  const score = quiz.querySelector(".csm-score");

  const tell = () => {
    const done = forms.filter((form) => form.dataset.verdict);
    const right = done.filter((form) => form.dataset.verdict === "right");
    score.textContent = done.length
      ? `${right.length} of ${forms.length} right, ${forms.length - done.length} to go.`
      : "";
  };

  const clear = (form) => {
    delete form.dataset.verdict;
    form.querySelector(".csm-told").textContent = "";
    for (const feedback of form.querySelectorAll(".csm-feedback")) feedback.hidden = true;
    for (const choice of form.querySelectorAll(".csm-choice")) delete choice.dataset.shown;
  };

  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clear(form);
      const choices = [...form.querySelectorAll(".csm-choice")];
      const chosen = choices.filter((choice) => choice.querySelector("input").checked);
      const told = form.querySelector(".csm-told");
      if (!chosen.length) {
        told.textContent = "Choose an answer first.";
        return tell();
      }
      const all = choices.every(
        (choice) => choice.querySelector("input").checked === (choice.dataset.right === "yes"),
      );
      const some = chosen.every((choice) => choice.dataset.right === "yes");
      form.dataset.verdict = all ? "right" : "wrong";
      for (const choice of chosen) {
        choice.dataset.shown = "yes";
        choice.querySelector(".csm-feedback").hidden = false;
      }
      told.textContent = all
        ? "Right."
        : some
          ? "Right so far, but not all that is right."
          : "Not right.";
      // Who does not see the reasons, which stand at the answers chosen, hears them with the verdict.
      const heard = document.createElement("span");
      heard.className = "csm-heard";
      for (const choice of chosen) {
        const [, ...reason] = choice.querySelector(".csm-feedback").childNodes;
        heard.append(...reason.map((node) => node.textContent));
      }
      told.append(heard);
      return tell();
    });
    form.addEventListener("reset", () => {
      clear(form);
      tell();
    });
    // A changed choice is a new answer: what was said of the old one goes.
    form.addEventListener("change", () => {
      clear(form);
      tell();
    });
    form.querySelector(".csm-buttons").hidden = false;
  }
  // A browser may set choices back to what they were when it comes back to a page.
  window.addEventListener("pageshow", () => forms.forEach((form) => form.reset()));
  quiz.querySelector(".csm-answers").hidden = true;
}
