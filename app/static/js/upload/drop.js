// Lets a person drop files on an element, which has data-over while files are above it.

/** Calls `take` with the DataTransfer of each drop. Without a target, nothing happens. */
export function acceptDrops(target, take) {
  const mark = (isOver) => target.toggleAttribute('data-over', isOver);
  target?.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  target?.addEventListener('dragleave', () => mark(false));
  target?.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    take(event.dataTransfer);
  });
}
