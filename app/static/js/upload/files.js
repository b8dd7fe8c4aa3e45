// Collects the files that a person dropped or chose. Folders inside a folder are not searched.

/** Resolves to the dropped files, including the files of dropped folders. */
export async function droppedFiles(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = await Promise.all(entries.map((entry) => (entry.isDirectory ? filesOf(entry) : [fileOf(entry)])));
  return Promise.all(found.flat());
}

/** Returns the files of an input. Files in subfolders of a chosen folder are left out. */
export function chosenFiles(input) {
  return Array.from(input.files).filter((file) => file.webkitRelativePath.split('/').length <= 2);
}

async function filesOf(folder) {
  const reader = folder.createReader();
  const files = [];
  // A reader returns at most 100 entries at a time, and an empty list at the end.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return files;
    files.push(...entries.filter((entry) => entry.isFile).map(fileOf));
  }
}

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
