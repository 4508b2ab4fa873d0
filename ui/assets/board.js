// Product board: one message for the whole list. Text goes in by textContent only.
const make = (tag, name) => { const e = document.createElement(tag); if (name) e.className = name; return e }

function makeCard() {
  const li = make('li'), pic = make('div', 'pic'), letters = make('span'), row = make('div', 'row'), bar = make('div', 'bar')
  const part = { letters, rank: make('span', 'rank'), move: make('span', 'move'), score: make('span', 'score'), bar,
    title: make('div', 'title'), sub: make('div', 'sub'), actions: make('div', 'actions'), why: make('button') }
  part.img = null; part.pic = pic; part.row = row
  pic.append(letters); row.append(part.rank, part.move, part.score)
  part.why.type = 'button'; part.why.tabIndex = -1; part.actions.append(part.why)
  li.append(pic, row, bar, part.title, part.sub, part.actions)
  li.own = part
  return li
}

function showPicture(part, card) {
  part.letters.textContent = card.initials
  if (!card.picture) { if (part.img) { part.img.remove(); part.img = null } return }
  if (part.img && part.img.dataset.url === card.picture) return
  if (!part.img) {
    part.img = make('img'); part.img.alt = ''; part.img.decoding = 'async'; part.img.draggable = false
    part.img.onerror = () => { if (part.img) { part.img.remove(); part.img = null } }
    part.pic.append(part.img)
  }
  part.img.dataset.url = card.picture; part.img.src = card.picture
}

function showMove(chip, card) {
  chip.hidden = card.move === undefined && !card.tag
  if (card.tag) { chip.className = 'move tag'; chip.textContent = card.tag; return }
  const move = card.move
  chip.className = 'move ' + (move === null ? 'entered' : move > 0 ? 'up' : move < 0 ? 'down' : 'same')
  chip.textContent = move === null ? 'new' : move > 0 ? '↑ ' + move : move < 0 ? '↓ ' + -move : '='
}

// Terms that speak for the item grow to the right of the zero line, terms against it to the left, all on one scale.
function showBar(bar, card, data) {
  bar.hidden = !card.parts
  if (!card.parts) return
  const span = data.high - data.low || 1, zero = -data.low / span * 100
  let right = zero, left = zero
  const marks = []
  card.parts.forEach((value, n) => {
    if (!value) return
    const width = Math.abs(value) / span * 100, mark = make('i', value < 0 ? 'against' : '')
    if (value < 0) left -= width
    mark.style.left = (value < 0 ? left : right) + '%'
    mark.style.width = Math.max(width - .4, .3) + '%'
    mark.style.background = data.colors[n]
    if (value > 0) right += width
    marks.push(mark)
  })
  if (data.low < 0) { const line = make('b'); line.style.left = zero + '%'; marks.push(line) }
  bar.replaceChildren(...marks)
  bar.title = card.terms
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const list = parentElement.querySelector('ol'), live = parentElement.querySelector('.live')
  const opens = data.layout === 'grid'
  list.className = data.layout
  list.setAttribute('aria-label', data.label)
  while (list.children.length > data.cards.length) list.lastChild.remove()
  const act = (type, id) => setTriggerValue('action', { type, id })
  data.cards.forEach((card, n) => {
    let li = list.children[n]
    if (!li) { li = makeCard(); list.append(li) }
    const part = li.own
    li.dataset.id = card.id
    li.tabIndex = opens ? (n === 0 ? 0 : -1) : -1
    li.setAttribute('aria-label', card.spoken)
    if (!opens) li.title = card.spoken
    showPicture(part, card)
    part.row.hidden = card.rank === undefined
    part.rank.textContent = card.rank ?? ''
    showMove(part.move, card)
    part.score.textContent = opens ? card.score ?? '' : ''
    showBar(part.bar, opens ? card : {}, data)
    part.title.hidden = data.layout !== 'grid'
    part.title.textContent = card.title
    part.sub.textContent = card.sub; part.sub.title = card.sub
    part.sub.hidden = !card.sub
    part.actions.hidden = !opens
    part.why.textContent = 'Why here?'
    part.why.setAttribute('aria-label', 'Why is ' + card.title + ' here?')
    li.onclick = opens ? () => { act('why', card.id) } : null
    li.onkeydown = !opens ? null : event => {
      if (event.target !== li) return
      const perRow = Math.max(1, getComputedStyle(list).gridTemplateColumns.split(' ').length)
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow }[event.key]
      const to = event.key === 'Home' ? 0 : event.key === 'End' ? list.children.length - 1 : step ? n + step : null
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); act('why', card.id) }
      else if (to !== null && list.children[to] && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault(); li.tabIndex = -1; list.children[to].tabIndex = 0; list.children[to].focus()
      }
    }
  })
  const said = data.said || ''
  if (live.textContent !== said) live.textContent = said
}
