// Product picker: type, choose from pictures, chosen ones as chips. Text goes in by textContent only.
const make = (tag, name) => { const e = document.createElement(tag); if (name) e.className = name; return e }

function face(product) {
  const pic = make('span', 'face')
  pic.textContent = product.initials
  if (product.picture) {
    const img = make('img')
    img.alt = ''; img.src = product.picture; img.onerror = () => img.remove()
    pic.append(img)
  }
  return pic
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component
  const root = parentElement.querySelector('.picker')
  if (!root.own) {
    const label = make('label'), box = make('div', 'box'), field = make('input'), found = make('ul')
    found.setAttribute('role', 'listbox'); found.id = 'found'; found.hidden = true
    field.type = 'text'; field.autocomplete = 'off'; field.spellcheck = false; field.id = 'field'
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': 'found', 'aria-expanded': 'false' })) field.setAttribute(name, value)
    label.htmlFor = 'field'
    box.append(field); root.append(label, box, found)
    root.own = { label, box, field, found, at: -1, timer: 0 }
  }
  const own = root.own, { field, found, box } = own, words = data.words
  const act = (type, id) => setTriggerValue('action', { type, id })
  own.label.textContent = data.label
  found.setAttribute('aria-label', data.label)

  const open = shown => { found.hidden = !shown; field.setAttribute('aria-expanded', String(shown)) }
  const mark = at => {
    own.at = at;
    [...found.children].forEach((li, n) => { li.classList.toggle('at', n === at); li.setAttribute('aria-selected', String(n === at)) })
    const li = found.children[at]
    if (li?.id) { field.setAttribute('aria-activedescendant', li.id); li.scrollIntoView({ block: 'nearest' }) }
    else field.removeAttribute('aria-activedescendant')
  }
  const choose = id => { field.value = ''; open(false); act('add', id) }

  for (const chip of [...box.querySelectorAll('.chip')]) chip.remove()
  for (const product of data.chosen) {
    const chip = make('span', 'chip'), name = make('span', 'name'), close = make('button')
    name.textContent = product.title; name.title = product.title
    close.type = 'button'; close.textContent = '×'; close.setAttribute('aria-label', `${words.remove}: ${product.title}`)
    close.onclick = () => act('remove', product.id)
    chip.append(face(product), name, close)
    box.insertBefore(chip, field)
  }
  field.placeholder = data.chosen.length ? words.another : words.search
  field.hidden = data.chosen.length >= data.limit && data.limit > 1

  found.replaceChildren(...data.matches.map((product, n) => {
    const li = make('li'), text = make('span', 'text'), title = make('span', 'name'), sub = make('span', 'sub')
    li.id = 'match' + n; li.setAttribute('role', 'option')
    title.textContent = product.title; sub.textContent = product.sub
    text.append(title, sub); li.append(face(product), text)
    li.onpointerdown = event => { event.preventDefault(); choose(product.id) }
    li.onpointerenter = () => mark(n)
    return li
  }))
  if (!data.matches.length && data.query) {
    const li = make('li', 'none'); li.textContent = words.none; found.append(li)
  }
  mark(data.matches.length ? 0 : -1)
  const root_node = root.getRootNode(), focused = (root_node.activeElement ?? document.activeElement) === field
  open(focused && field.value.trim() !== '' && data.query === field.value.trim())

  // Enter before the matches came takes the first of them.
  if (own.awaited && own.awaited === data.query) {
    own.awaited = ''
    if (data.matches.length && field.value.trim() === data.query) choose(data.matches[0].id)
  }
  field.oninput = () => {
    clearTimeout(own.timer); own.awaited = ''
    if (!field.value.trim()) { open(false); return }
    own.timer = setTimeout(() => setStateValue('query', field.value.trim()), 180)
  }
  field.onfocus = () => { if (field.value.trim() && data.query === field.value.trim()) open(true) }
  field.onblur = () => open(false)
  field.onkeydown = event => {
    event.stopPropagation()
    const n = data.matches.length
    if (event.key === 'ArrowDown' && n) { event.preventDefault(); open(true); mark((own.at + 1) % n) }
    else if (event.key === 'ArrowUp' && n) { event.preventDefault(); open(true); mark((own.at + n - 1) % n) }
    else if (event.key === 'Enter' && !found.hidden && own.at >= 0) { event.preventDefault(); choose(data.matches[own.at].id) }
    else if (event.key === 'Enter' && field.value.trim()) { event.preventDefault(); own.awaited = field.value.trim() }
    else if (event.key === 'Escape') open(false)
    else if (event.key === 'Backspace' && !field.value && data.chosen.length) act('remove', data.chosen[data.chosen.length - 1].id)
  }
}
