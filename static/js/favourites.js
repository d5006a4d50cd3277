/* Journeys that somebody takes often: kept in this phone alone, never sent anywhere. ES5. */
(function () {
  'use strict';
  var KEY = 'journeys', MOST = 8;
  var button = document.getElementById('keep'), list = document.getElementById('favourites');

  function read() {
    try {
      var found = JSON.parse(localStorage.getItem(KEY) || '[]');
      return Array.isArray(found) ? found.filter(function (one) {
        return one && typeof one.name === 'string' && /^\/journeys\?/.test(one.path);
      }) : [];
    } catch (error) { return []; }
  }

  function write(kept) {
    try { localStorage.setItem(KEY, JSON.stringify(kept.slice(0, MOST))); return true; } catch (error) { return false; }
  }

  function without(path) { return read().filter(function (one) { return one.path !== path; }); }

  function is(path) { return read().some(function (one) { return one.path === path; }); }

  function row(one) {
    var item = document.createElement('li'), link = document.createElement('a'), text = document.createElement('span');
    var forget = document.createElement('button');
    link.className = 'row';
    link.href = one.path;
    text.className = 'bd nm';
    text.textContent = one.name;
    link.appendChild(text);
    item.appendChild(link);
    if (!list.getAttribute('data-forget')) { return item; }
    forget.type = 'button';
    forget.textContent = list.getAttribute('data-forget');
    forget.setAttribute('aria-label', list.getAttribute('data-forget') + ' ' + one.name);
    forget.addEventListener('click', function () { write(without(one.path)); show(); });
    item.appendChild(forget);
    return item;
  }

  function show() {
    var kept = read(), head, rows;
    list.hidden = !kept.length;
    list.textContent = '';
    if (!kept.length) { return; }
    head = document.createElement('h2');
    head.textContent = list.getAttribute('data-words');
    rows = document.createElement('ul');
    rows.className = 'rows';
    kept.forEach(function (one) { rows.appendChild(row(one)); });
    list.appendChild(head);
    list.appendChild(rows);
  }

  function mark() {
    button.textContent = button.getAttribute('data-kept');
    button.disabled = true;
  }

  if (list) { show(); }
  if (button && window.localStorage) {
    button.hidden = false;
    if (is(button.getAttribute('data-path'))) { mark(); }
    button.addEventListener('click', function () {
      var path = button.getAttribute('data-path');
      if (write([{ name: button.getAttribute('data-name'), path: path }].concat(without(path)))) { mark(); }
    });
  }
}());
