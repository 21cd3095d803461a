/* Files of the reader's own, checked and counted in the page: the form of own.html. */
"use strict";

(() => {
  const box = document.getElementById("own-file");
  const form = box.querySelector("form");
  const [press, stops] = box.querySelectorAll("button");
  const [chosen, year, repair] = box.querySelectorAll("input");
  const status = box.querySelector("[role=status]");
  const results = box.querySelector(".csm-live-results");
  const say = (text) => (status.textContent = text);
  const READ = /\.(csv|txt|tsv|xlsx|xlsm|json)$/i;

  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    chosen.files = event.dataTransfer.files;
    say([...chosen.files].map(({ name }) => name).join(", "));
  });

  stops.addEventListener("click", () => csmLive.stop("Stopped."));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...chosen.files];
    const other = files.find(({ name }) => !READ.test(name));
    if (!files.length) return say("Choose a file first.");
    if (other) return say(`${other.name} cannot be read in a browser. Save it as .xlsx or CSV and choose that.`);
    const years = year.value ? [Number(year.value)] : [];
    const start = `
from pathlib import Path
from live_own import Look
looked = Look(Path("/own/given"), years=${JSON.stringify(years)}, repair=${repair.checked ? "True" : "False"})
looked.report()`;
    press.hidden = true;
    stops.hidden = false;
    stops.focus();
    results.hidden = true;
    say("Reading …");
    try {
      const read = files.map(async (file) => [`/own/given/${file.name}`, new Uint8Array(await file.arrayBuffer())]);
      await csmLive.put(await Promise.all(read), say);
      say("Checking …");
      const report = await csmLive.ask(start);
      csmLive.fill(results, report);
      if (report.error) throw new Error("It stopped at an error.");
      say("Looking for findings …");
      const { parts, error } = await csmLive.ask("looked.findings()");
      if (error) throw new Error(error);
      const count = Number(parts[0].data);
      for (let i = 0; i < count; i++) {
        say(`Finding ${i + 1} of ${count} …`);
        csmLive.fill(results, await csmLive.ask(`looked.finding(${i})`), true);
      }
      say("Done.");
    } catch (error) {
      say(error.message);
    }
    stops.hidden = true;
    press.hidden = false;
    press.focus();
  });
})();
