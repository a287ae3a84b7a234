// The basket of the shop pages. It lives in memory: a new page starts empty.
const basket = new Map();
const panel = document.querySelector('[data-basket]');
const euro = (n) => `EUR ${n}`;

function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

function draw() {
  let count = 0;
  let sum = 0;
  for (const { price, qty } of basket.values()) {
    count += qty;
    sum += price * qty;
  }
  for (const badge of document.querySelectorAll('[data-basket-count]')) {
    badge.textContent = String(count);
    badge.classList.toggle('some', count > 0);
  }
  const body = panel?.querySelector('[data-basket-body]');
  if (!body) return;
  if (count === 0) {
    body.replaceChildren(el('p', { className: 'fine', textContent: 'Nothing in here yet.' }));
    return;
  }
  const list = el('ul');
  for (const [id, { name, price, qty }] of basket) {
    const remove = el('button', { type: 'button', className: 'plain', textContent: 'Remove' });
    remove.setAttribute('aria-label', `Remove ${name}`);
    remove.addEventListener('click', () => {
      basket.delete(id);
      draw();
      panel.querySelector('summary').focus();
    });
    list.append(
      el(
        'li',
        {},
        el('img', { src: `/art/${id}.svg`, alt: '', width: 48, height: 60 }),
        el('span', {}, name, el('small', { textContent: `${qty} × ${euro(price)}` })),
        remove,
      ),
    );
  }
  const note = el('p', { className: 'fine', role: 'status' });
  note.textContent =
    sum > 80
      ? 'Delivery within the EU is free for this basket.'
      : 'Delivery within the EU is EUR 6, and free over EUR 80.';
  const pay = el('button', { type: 'button', className: 'button wide', textContent: 'Checkout' });
  pay.addEventListener('click', () => {
    note.textContent = 'This is a demonstration shop: orders stop here and nothing is charged.';
  });
  body.replaceChildren(
    list,
    el('p', { className: 'total' }, el('span', { textContent: 'Subtotal' }), el('span', { textContent: euro(sum) })),
    note,
    pay,
  );
}

for (const button of document.querySelectorAll('[data-add]')) {
  button.addEventListener('click', () => {
    const { add: id, name, price } = button.dataset;
    const qty = (basket.get(id)?.qty ?? 0) + 1;
    basket.set(id, { name, price: Number(price), qty });
    draw();
    const said = document.querySelector('[data-added]');
    if (said) said.textContent = qty === 1 ? `${name} is in your basket.` : `${name}: ${qty} in your basket.`;
  });
}

if (panel) {
  document.addEventListener('click', (event) => {
    // composedPath, since a removed row is no longer inside the panel by now
    if (panel.open && !event.composedPath().includes(panel)) panel.open = false;
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && panel.open) {
      panel.open = false;
      panel.querySelector('summary').focus();
    }
  });
}

draw();
