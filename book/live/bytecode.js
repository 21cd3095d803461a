/* Compiles the modules in a zip file with the Python that will run them.
   Usage: node bytecode.js FOLDER, which holds that Python and modules.zip. It writes bytecode.zip; a
   module that is no Python of that version is left out. Matplotlib goes without docstrings: it puts
   them together when it is imported, which takes half of that time. */
"use strict";

const [folder] = process.argv.slice(2).map((name) => require("path").resolve(name));
const { loadPyodide } = require(`${folder}/pyodide.js`);

const COMPILE = `
import importlib._bootstrap_external as machinery, zipfile

with zipfile.ZipFile("/given/modules.zip") as given, zipfile.ZipFile("/given/bytecode.zip", "w") as made:
    for name in given.namelist():
        try:
            code = compile(given.read(name), name, "exec", optimize=2 if "/matplotlib/" in name else 0)
        except SyntaxError:
            continue
        made.writestr(name, machinery._code_to_hash_pyc(code, bytes(8), checked=False))
`;

// without the columns of a traceback, which no page shows, bytecode is a third smaller
loadPyodide({ indexURL: folder, env: { PYTHONNODEBUGRANGES: "1" } }).then((python) => {
  python.FS.mkdir("/given");
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/given");
  python.runPython(COMPILE);
});
