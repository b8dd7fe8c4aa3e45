// Opens a dialog from the buttons that name it in data-opens.
export function mount(dialog) {
  for (const opener of document.querySelectorAll(`[data-opens=${dialog.id}]`)) {
    opener.addEventListener('click', () => dialog.showModal());
  }
}
