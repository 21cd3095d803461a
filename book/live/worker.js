/* Python in a worker: it takes its files from the page, which read them from the folder beside it,
   and asks nobody else for anything. It is loaded behind Pyodide, in one script. */
"use strict";

const PLACE = "https://live.invalid/"; // an address that no file has: what is asked there is held
const held = {}; // by name, a file that Pyodide asks for while it starts

self.fetch = async (asked) => {
  const name = String(asked.url ?? asked).replace(PLACE, "");
  if (!(name in held)) throw new TypeError(`${name} is not part of this page`);
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(held[name], { headers: { "content-type": type } });
};

/** The files of a parcel, as pairs of path and bytes. */
async function unpacked(parcel) {
  const stream = new Blob([parcel]).stream().pipeThrough(new DecompressionStream("gzip"));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  let at = 4 + new DataView(all.buffer).getUint32(0);
  const list = JSON.parse(new TextDecoder().decode(all.subarray(4, at)));
  return list.map(([path, size]) => [path, all.subarray(at, (at += size))]);
}

const folders = new Set();

async function install(python, parcel) {
  const shared = [];
  for (const [path, bytes] of await unpacked(parcel)) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!folders.has(folder)) python.FS.mkdirTree(folder);
    folders.add(folder);
    python.FS.writeFile(path, bytes);
    if (path.startsWith("/usr/lib/")) shared.push(path); // what other libraries are linked to
  }
  for (const path of shared) await python._api.loadDynlib(path, true);
  python.runPython("import importlib; importlib.invalidate_caches()");
}

const say = (text) => self.postMessage({ status: text });

let ready; // Python, once it has been started
const LATER = { scipy: "statistics", rapidfuzz: "reading", python_calamine: "reading" }; // parcels by what a cell lacks without them
const there = new Set(); // those that have come
const asked = new Map(); // parcels that the page was asked for

const parcel = (name) =>
  new Promise((found) => {
    asked.set(name, found);
    self.postMessage({ need: name });
  });

async function start({ python: engine, packages, book, settings }) {
  for (const [path, bytes] of await unpacked(engine)) held[path] = bytes;
  say("Starting Python …");
  const python = await loadPyodide({ indexURL: PLACE, lockFileURL: `${PLACE}pyodide-lock.json`, env: settings });
  for (const name in held) delete held[name];
  say("Loading pandas …");
  await install(python, packages);
  await install(python, book);
  python.runPython("import sys; sys.path[:0] = ['/book', '/live']");
  return { python, cells: python.pyimport("live_cells") };
}

async function run({ id, source, space, quiet, folder }) {
  const { python, cells } = await ready;
  for (;;) {
    const result = JSON.parse(cells.run(source, space, folder, quiet));
    const name = LATER[result.lacks];
    if (!name || there.has(name)) return self.postMessage({ id, result });
    say(`Loading what ${name} needs …`);
    await install(python, await parcel(name));
    there.add(name);
  }
}

/** Put files of the reader's where cells find them, in place of earlier ones. */
async function put({ id, files }) {
  const { python } = await ready;
  python.runPython("import shutil; shutil.rmtree('/own', ignore_errors=True)");
  for (const [path, bytes] of files) {
    python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    python.FS.writeFile(path, bytes);
  }
  self.postMessage({ id, result: {} });
}

self.onmessage = async ({ data }) => {
  try {
    if (data.start) {
      ready = start(data.start);
      await ready;
    } else if (data.parcel) {
      asked.get(data.parcel)(data.held);
      asked.delete(data.parcel);
    } else if (data.files) await put(data);
    else await run(data);
  } catch (error) {
    self.postMessage({ id: data.id, failed: String(error.message ?? error) });
  }
};
