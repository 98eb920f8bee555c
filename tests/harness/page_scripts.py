"""JavaScript that tests run in the App's page."""

SAY_HOME = """home => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.data.includes(home)) text.data = text.data.replaceAll(home, "~");
  }
}"""
COUNT_GRID_MOUNTS = """
window.IS_PLAYWRIGHT = true;
window.__gridMounts = 0;
document.addEventListener('grid-mount', () => {
    window.__gridMounts++;
    // not the path, which changes long before the grid of the dataset before is gone
    window.__gridOf = document.querySelector('[data-cy="selector-dataset"]')?.value;
});
"""
# Where the App is; a view that was set just before may take it back
SHOWN_OR_ELSEWHERE = """dataset => {
  if (location.pathname !== `/datasets/${dataset}`) return "other_server";
  const name = document.querySelector('[data-cy="selector-dataset"]')?.value;
  return name === dataset && window.__gridOf === dataset && "shown";
}"""
# Whether the panel has drawn its tabs; the App may lose the panel before
DRAWN_OR_LOST = """panel => {
  const find = name => document.querySelector(`[data-cy="${name}"]`);
  if (!find(`panel-tab-${panel}`)) return "lost";
  return find(`panel-content-${panel}`)?.querySelector('[data-cy^="milvus-tab-"]')
    && "drawn";
}"""
# Whether nothing moves since the last time this was asked: no transition runs, no image
# in sight is still to come, and each part of the panel is where it was
AT_REST = """() => {
  const place = e => Object.values(e.getBoundingClientRect().toJSON());
  const inSight = e => {
    const [x, y, width, height] = place(e);
    return document.elementFromPoint(x + width / 2, y + height / 2) === e;
  };
  const moving = document.getAnimations().some(a => a instanceof CSSTransition);
  const coming = [...document.images].some(i => !i.complete && inSight(i));
  const before = window.__places;
  const parts = [...document.querySelectorAll('[data-cy]')];
  window.__places = JSON.stringify(parts.map(place));
  return before === window.__places && !moving && !coming;
}"""
# Ends after all timers that the page had set for the next half second: the panel waits
# for less than that before it asks what a change means. What waits to be drawn may set
# timers, and these may have more drawn. On a busy machine, a page that moves is never
# idle
TIMERS_HAVE_RUN = """async () => {
    const soon = { timeout: 2000 };
    const drawn = () => new Promise(resolve => requestIdleCallback(resolve, soon));
    await drawn();
    await new Promise(resolve => setTimeout(resolve, 500));
    await drawn();
}"""
# Changes appear at once
NO_ANIMATIONS = """
document.addEventListener('DOMContentLoaded', () => {
  const style = document.createElement('style');
  const none = ['transition', 'animation'].map(kind =>
    `${kind}-duration: 0s !important; ${kind}-delay: 0s !important;`);
  style.textContent = `*, ::before, ::after { ${none.join('')} }`;
  document.head.append(style);
});
"""
# Clicks "Cancel" in the form that is open; whether it has closed. To be asked again and
# again: a form that is redrawn between the button's going down and up loses the click
CANCELLED = """() => {
  const buttons = [...document.querySelectorAll('[role="dialog"] button')];
  buttons.find(button => button.textContent === "Cancel")?.click();
  return !document.querySelector('[role="dialog"]');
}"""
