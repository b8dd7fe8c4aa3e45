// Mounts the behaviours each element names in data-module; every page loads this one script.
for (const root of document.querySelectorAll('[data-module]')) {
  for (const name of root.dataset.module.split(' ')) {
    import(`./modules/${name}.js`).then((module) => module.mount(root));
  }
}
