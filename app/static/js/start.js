// Mounts the modules named in data-module and marks their roots; every page loads this script.
for (const root of document.querySelectorAll('[data-module]')) {
  for (const name of root.dataset.module.split(' ')) {
    import(`./modules/${name}.js`).then((module) => {
      module.mount(root);
      root.toggleAttribute('data-mounted', true);
    });
  }
}
