// The shop as a single-page app: history routes under /spa, the chat element
// put into the body once and left alone while the views change.

const BASE = '/spa';

const lamps = [
  { id: 'arc', name: 'Arc', kind: 'Table lamp', price: 129, alt: 'Brass arch on a marble foot with a cream dome', text: 'A brass arch that carries its light out over the page, and keeps the foot out of your way.' },
  { id: 'halo', name: 'Halo', kind: 'Floor lamp', price: 249, alt: 'Large glowing ring on a slim black pole', text: 'A ring of light you can slide up the pole for the room, or down beside your book.' },
  { id: 'pebble', name: 'Pebble', kind: 'Bedside lamp', price: 69, alt: 'Softly lit opal glass stone on a walnut foot', text: 'A stone of opal glass, low enough for the bedside and dim enough for three in the morning.' },
  { id: 'cove', name: 'Cove', kind: 'Pendant', price: 189, alt: 'Wide ochre enamel shade over a round table', text: 'A wide, low shade that gathers a table of people into one pool of light.' },
  { id: 'reed', name: 'Reed', kind: 'Wall light', price: 99, alt: 'Five glass tubes in a brass bar on a green wall', text: 'Five glass reeds in a brass bar, washing the wall with light upwards and down.' },
  { id: 'dune', name: 'Dune', kind: 'Outdoor lantern', price: 119, alt: 'Sand-coloured lantern with wavy ridges at dusk', text: 'A lantern to carry outside after dinner: 12 hours on one charge, and IP44 against rain.' },
  { id: 'mist', name: 'Mist', kind: 'Bathroom light', price: 109, alt: 'Frosted glass tube above a round mirror', text: 'An even, shadowless light for the mirror that is kind at seven in the morning. IP44.' },
  { id: 'fold', name: 'Fold', kind: 'Desk lamp', price: 139, alt: 'Terracotta lamp folded from sheet metal', text: 'One sheet of aluminium, folded four times, with a USB-C socket in the foot.' },
];
const byId = new Map(lamps.map((lamp) => [lamp.id, lamp]));
const fullName = (lamp) => `${lamp.name} ${lamp.kind.toLowerCase()}`;
const euro = (n) => `EUR ${n}`;

const basket = new Map(); // lamp id -> how many, for as long as the page lives
const view = document.getElementById('view');

function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

const picture = (lamp) => h('img', { src: `/art/${lamp.id}.svg`, alt: lamp.alt, width: 800, height: 1000 });

const head = (heading, lead) =>
  h('div', { class: 'page-head' }, h('h1', {}, heading), ...(lead ? [h('p', {}, lead)] : []));

function countBasket() {
  const count = [...basket.values()].reduce((a, b) => a + b, 0);
  for (const badge of document.querySelectorAll('[data-basket-count]')) {
    badge.textContent = String(count);
    badge.classList.toggle('some', count > 0);
  }
}

function setQuantity(id, quantity) {
  if (quantity > 0) basket.set(id, quantity);
  else basket.delete(id);
  countBasket();
}

const views = {
  lamps() {
    const items = lamps.map((lamp) =>
      h('li', { class: 'card' },
        h('a', { href: `${BASE}/lamps/${lamp.id}` },
          h('div', { class: 'pic' }, picture(lamp)),
          h('h2', {}, lamp.name),
          h('p', { class: 'line' }, h('span', {}, lamp.kind), ' ', h('span', { class: 'price' }, euro(lamp.price))),
        ),
      ),
    );
    return {
      title: 'Lamps',
      nav: 'lamps',
      nodes: [head('Our lamps', 'Bulb or LED module included with every one.'), h('ul', { class: 'grid' }, ...items)],
    };
  },

  lamp(id) {
    const lamp = byId.get(id);
    if (!lamp) return views.missing();
    const said = h('p', { class: 'added', role: 'status' });
    const add = () => {
      setQuantity(id, (basket.get(id) ?? 0) + 1);
      said.textContent = `${fullName(lamp)}: ${basket.get(id)} in your basket.`;
    };
    return {
      title: fullName(lamp),
      nav: 'lamps',
      nodes: [
        h('div', { class: 'spa-lamp' },
          picture(lamp),
          h('div', {},
            h('h1', {}, fullName(lamp)),
            h('p', { class: 'lead' }, lamp.text),
            h('p', { class: 'price' }, euro(lamp.price)),
            h('button', { type: 'button', class: 'button', onclick: add }, 'Add to basket'),
            said,
            h('p', {}, h('a', { href: `${BASE}/basket` }, 'Go to the basket'), ' or ', h('a', { href: BASE }, 'see all lamps')),
          ),
        ),
      ],
    };
  },

  basket() {
    const nodes = [head('Your basket')];
    if (basket.size === 0) {
      nodes.push(h('p', {}, 'Nothing in here yet. ', h('a', { href: BASE }, 'See the lamps')));
      return { title: 'Basket', nav: 'basket', nodes };
    }
    let sum = 0;
    const rows = [...basket].map(([id, quantity]) => {
      const lamp = byId.get(id);
      sum += lamp.price * quantity;
      const change = (by, name) => () => {
        setQuantity(id, quantity + by);
        render({ focus: `[data-step="${id}-${name}"]` });
      };
      return h('li', {},
        h('img', { src: `/art/${id}.svg`, alt: '', width: 64, height: 80 }),
        h('div', { class: 'what' },
          h('a', { href: `${BASE}/lamps/${id}` }, fullName(lamp)),
          h('div', { class: 'fine' }, euro(lamp.price)),
        ),
        h('div', { class: 'stepper' },
          h('button', { type: 'button', 'aria-label': `One ${lamp.name} less`, 'data-step': `${id}-less`, onclick: change(-1, 'less') }, '−'),
          h('output', { 'aria-label': `Number of ${lamp.name}` }, String(quantity)),
          h('button', { type: 'button', 'aria-label': `One ${lamp.name} more`, 'data-step': `${id}-more`, onclick: change(1, 'more') }, '+'),
        ),
      );
    });
    const delivery = sum > 80 ? 0 : 6;
    const said = h('p', { class: 'added', role: 'status' });
    const pay = () => {
      said.textContent = 'This is a demonstration shop: orders stop here and nothing is charged.';
    };
    nodes.push(
      h('ul', { class: 'rows' }, ...rows),
      h('dl', { class: 'sums' },
        h('dt', {}, 'Lamps'), h('dd', {}, euro(sum)),
        h('dt', {}, 'Delivery in the EU'), h('dd', {}, delivery ? euro(delivery) : 'free'),
        h('dt', { class: 'all' }, 'Total'), h('dd', { class: 'all' }, euro(sum + delivery)),
      ),
      h('button', { type: 'button', class: 'button', onclick: pay }, 'Checkout'),
      said,
    );
    return { title: 'Basket', nav: 'basket', nodes };
  },

  help() {
    const topics = [
      ['Orders', [['track-order', 'Where is my order?'], ['change-address', 'Can I change the address?'], ['cancel-order', 'Can I cancel?']]],
      ['Delivery', [['delivery-time', 'How long does it take?'], ['shipping-cost', 'What does it cost?'], ['customs-duties', 'Will I pay customs?']]],
      ['Returns', [['return-window', 'How long do I have?'], ['return-how', 'How do I send a lamp back?'], ['refund-when', 'When is my refund there?']]],
      ['Lamps', [['plug-voltage', 'Which plug and voltage?'], ['warranty-claim', 'Something is broken'], ['damaged-item', 'It arrived damaged']]],
    ].map(([name, links]) =>
      h('section', { class: 'help-topic' },
        h('h2', {}, name),
        h('ul', {}, ...links.map(([id, text]) => h('li', {}, h('a', { href: `/help/${id}` }, text)))),
      ),
    );
    return {
      title: 'Help',
      nav: 'help',
      nodes: [head('Help', 'The short answers. The chat has the rest, at any hour.'), h('div', { class: 'help-list' }, ...topics)],
    };
  },

  missing() {
    return {
      title: 'Not found',
      nav: '',
      nodes: [head('There is nothing here', 'The lamp may have a new address.'), h('p', {}, h('a', { href: BASE }, 'See all lamps'))],
    };
  },
};

function route(pathname) {
  const path = pathname.slice(BASE.length).replace(/\/(index\.html)?$/, '');
  if (path === '' || path === '/lamps') return views.lamps();
  if (path === '/basket') return views.basket();
  if (path === '/help') return views.help();
  const lamp = /^\/lamps\/([a-z]+)$/.exec(path);
  return lamp ? views.lamp(lamp[1]) : views.missing();
}

function render({ focus } = {}) {
  const next = route(location.pathname);
  document.title = `${next.title} | Linden & Co`;
  view.replaceChildren(...next.nodes);
  for (const link of document.querySelectorAll('[data-nav]')) {
    if (link.dataset.nav === next.nav) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (focus) (view.querySelector(focus) ?? view).focus();
}

const inside = (url) =>
  url.origin === location.origin && (url.pathname === BASE || url.pathname.startsWith(`${BASE}/`));

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!link || link.target || link.hasAttribute('download')) return;
  const url = new URL(link.href);
  if (!inside(url) || url.hash) return;
  event.preventDefault();
  if (url.pathname !== location.pathname) history.pushState(null, '', url.pathname);
  render();
  scrollTo({ top: 0, behavior: 'instant' });
  view.focus({ preventScroll: true });
});

addEventListener('popstate', () => render());

countBasket();
render();

// The chat comes last, and the shop does not depend on it.
try {
  await import('/allhours/define.js');
  const chat = document.createElement('allhours-chat');
  chat.setAttribute('site', 'linden');
  chat.setAttribute('relay', location.origin);
  document.body.append(chat);
} catch (error) {
  console.warn('The chat could not be loaded.', error);
}
