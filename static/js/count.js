/* The attendant's page: each press is kept on the phone until the server has it, and is counted once.
   ES5. Without this script the same buttons post the form. */
(function () {
  'use strict';
  var form = document.getElementById('count');
  var exact = document.getElementById('count-set');
  if (!form || !window.JSON || !window.XMLHttpRequest) { return; }
  var shown = document.getElementById('spaces');
  var word = document.getElementById('status');
  var notice = document.getElementById('notice');
  var place = 'count:' + form.getAttribute('data-uid');
  var known = form.getAttribute('data-spaces');
  var capacity = form.getAttribute('data-capacity');
  var state = form.getAttribute('data-status');
  var queue = load();
  var sending = false;
  var retry = 0;

  function load() {
    try { return JSON.parse(localStorage.getItem(place)) || []; } catch (error) { return []; }
  }

  function save() {
    try { localStorage.setItem(place, JSON.stringify(queue)); } catch (error) { /* kept in memory only */ }
  }

  function text(name) { return form.getAttribute('data-' + name); }

  function messageId() {
    var id = '', i;
    for (i = 0; i < 4; i++) { id += Math.random().toString(36).slice(2, 8); }
    return id + new Date().getTime().toString(36);
  }

  /* What the attendant should see: what the server knows, and then every press that it does not know yet. */
  function draw() {
    var spaces = known === '' ? null : Number(known), status = state, i, press;
    for (i = 0; i < queue.length; i++) {
      press = queue[i];
      if (press.available !== undefined) { spaces = press.available; }
      if (press.status === 'full') { spaces = 0; status = 'OPEN'; }
      if (press.status === 'closed') { status = 'CLOSED'; }
      if (press.status === 'open') { status = 'OPEN'; }
      if (press.change !== undefined && spaces !== null) { spaces += press.change; }
      if (spaces !== null) { spaces = Math.max(0, capacity ? Math.min(spaces, Number(capacity)) : spaces); }
    }
    shown.textContent = spaces === null ? '–' : spaces;
    word.textContent = status === 'CLOSED' ? text('closed') : '';
  }

  function say(words) {
    if (notice.textContent !== words) { notice.textContent = words; }
  }

  function waiting() {
    say(queue.length ? text('waiting').replace('%s', queue.length) : text('sent'));
  }

  function press(name, value) {
    var one = { message_id: messageId(), pressed_ms: new Date().getTime() };
    one[name] = name === 'status' ? value : Number(value);
    queue.push(one);
    save();
    draw();
    say('');
    if (navigator.vibrate) { navigator.vibrate(40); }
    send();
  }

  function send() {
    var first = queue[0], request, body, name;
    if (sending || !first) { return; }
    sending = true;
    body = { age_s: Math.max(0, Math.round((new Date().getTime() - first.pressed_ms) / 1000)) };
    for (name in first) { if (name !== 'pressed_ms') { body[name] = first[name]; } }
    request = new XMLHttpRequest();
    request.open('POST', form.action, true);
    request.timeout = 15000;
    request.setRequestHeader('Content-Type', 'application/json');
    request.setRequestHeader('Accept', 'application/json');
    request.onload = function () {
      if (request.status === 200) { taken(request); }
      else if (request.status >= 400 && request.status < 500 && request.status !== 408 && request.status !== 429) { refused(); }
      else { later(); }
    };
    request.onerror = later;
    request.ontimeout = later;
    request.send(JSON.stringify(body));
  }

  function taken(request) {
    var answer = JSON.parse(request.responseText);
    known = answer.available_spaces === null ? '' : String(answer.available_spaces);
    state = answer.opening_status;
    next();
    if (!queue.length) { say(text('sent')); }
  }

  function refused() {
    next();
    say(text('refused'));
  }

  function next() {
    queue.shift();
    retry = 0;
    sending = false;
    save();
    draw();
    send();
  }

  function later() {
    sending = false;
    waiting();
    retry = Math.min(retry + 1, 6);
    setTimeout(send, 1000 * Math.pow(2, retry - 1));
  }

  form.addEventListener('click', function (event) {
    var button = event.target;
    while (button && button !== form && button.tagName !== 'BUTTON') { button = button.parentNode; }
    if (!button || button === form || !button.name) { return; }
    event.preventDefault();
    press(button.name, button.value);
  });
  exact.addEventListener('submit', function (event) {
    var field = exact.elements.available;
    event.preventDefault();
    press('available', field.value);
    field.value = '';
  });
  window.addEventListener('online', send);
  draw();
  if (queue.length) { waiting(); send(); }
}());
