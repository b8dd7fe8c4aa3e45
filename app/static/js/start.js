// Mounts the modules named in data-module and marks their roots; every page loads this script.
for (const root of document.querySelectorAll('[data-module]')) {
  const mounts = root.dataset.module.split(' ').map(async (name) => (await import(`./modules/${name}.js`)).mount(root));
  Promise.all(mounts).then(() => root.toggleAttribute('data-mounted', true));
}
