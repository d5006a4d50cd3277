/* Suggestions under a search box: a combobox with a list (ARIA). In a form of its own a choice leads to its page, in a field of
   another form it fills the field and its key. The last used place is kept on this phone and named to the server by its key. ES5. */
(function () {
  'use strict';
  var PLACE = 'place', WAIT_MS = 120;
  if (!window.XMLHttpRequest || !window.JSON || !document.querySelectorAll) { return; }

  function recall() {
    try { return localStorage.getItem(PLACE) || ''; } catch (error) { return ''; }
  }

  function remember(key) {
    if (!key || key.indexOf('line:') === 0) { return; }
    try { localStorage.setItem(PLACE, key); } catch (error) { /* private mode: nothing is kept */ }
  }

  function make(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    if (text) { made.appendChild(document.createTextNode(text)); }
    return made;
  }

  function Box(root) {
    var input = root.querySelector('input[name]:not([type=hidden])'), hidden = root.querySelector('input[name$=_is]');
    var list = make('ul', 'hits'), news = make('p', 'vh'), known = {}, options = [];
    var at = -1, timer, request, composing, asked = '';

    function text(name) { return root.getAttribute('data-' + name); }

    function say(words) { if (news.textContent !== words) { news.textContent = words; } }

    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }

    function stop() {
      clearTimeout(timer);
      if (request) { request.onload = request.onerror = request.ontimeout = null; request.abort(); request = null; }
    }

    function mark(to) {
      var rows = list.children;
      if (at >= 0) { rows[at].setAttribute('aria-selected', 'false'); }
      at = to;
      if (at < 0) { input.removeAttribute('aria-activedescendant'); return; }
      rows[at].setAttribute('aria-selected', 'true');
      input.setAttribute('aria-activedescendant', rows[at].id);
      if (rows[at].scrollIntoView) { rows[at].scrollIntoView(false); }
    }

    function choose(number) {
      var one = options[number];
      stop();
      close();
      if (!one.key) { input.value = one.name; ask(); return; }
      remember(one.key);
      if (!hidden) { location.href = one.url; return; }
      input.value = asked = one.name;
      hidden.value = one.key;
      hidden.disabled = false;
      say(one.kind + ' ' + one.name);
    }

    function row(one, number) {
      var made = make('li', ''), words = make('span', '');
      made.id = list.id + '-' + number;
      made.setAttribute('role', 'option');
      made.setAttribute('aria-selected', 'false');
      if (one.kind) { made.appendChild(make('span', 'kd', one.kind)); }
      words.appendChild(make('b', '', one.name));
      if (one.where) { words.appendChild(make('span', 'mu nw', one.where)); }
      made.appendChild(words);
      made.addEventListener('mousedown', function (event) { event.preventDefault(); });
      made.addEventListener('click', function () { choose(number); });
      return made;
    }

    function show(answer) {
      var i;
      options = answer.hits.slice(0);
      for (i = 0; !answer.hits.length && i < answer.spellings.length; i++) {
        options.push({ name: answer.spellings[i], kind: text('like') });
      }
      close();
      list.innerHTML = '';
      for (i = 0; i < options.length; i++) { list.appendChild(row(options[i], i)); }
      list.hidden = !options.length || document.activeElement !== input;
      input.setAttribute('aria-expanded', String(!list.hidden));
      say(answer.hits.length ? text('found').replace('%s', answer.hits.length) : text('none'));
    }

    function load(words) {
      var address = text('suggest'), near = recall();
      address += (address.indexOf('?') < 0 ? '?' : '&') + 'q=' + encodeURIComponent(words);
      if (text('kinds')) { address += '&kinds=' + encodeURIComponent(text('kinds')); }
      if (near) { address += '&near=' + encodeURIComponent(near); }
      request = new XMLHttpRequest();
      request.open('GET', address, true);
      request.timeout = 8000;
      request.onload = function () {
        var answer;
        try { answer = this.status === 200 && JSON.parse(this.responseText); } catch (error) { answer = null; }
        if (!answer) { close(); return; }
        known[words] = answer;
        if (words === asked) { show(answer); }
      };
      request.onerror = request.ontimeout = close;    // the form goes on working without suggestions
      request.send();
    }

    function ask() {
      var words = input.value.replace(/^\s+|\s+$/g, '');
      if (composing) { return; }
      stop();
      asked = words;
      if (!words) { close(); say(''); return; }
      if (known[words]) { show(known[words]); return; }
      timer = setTimeout(function () { load(words); }, WAIT_MS);
    }

    function changed() {
      if (hidden && input.value !== asked) { hidden.value = ''; hidden.disabled = true; }
      ask();
    }

    function pressed(event) {
      var key = event.keyCode, most = options.length;
      if (composing || key === 229) { return; }
      if (key === 27 && !list.hidden) { event.preventDefault(); close(); }
      if (key === 13 && !list.hidden && at >= 0) { event.preventDefault(); choose(at); }
      if ((key === 40 || key === 38) && most && input.value) {
        event.preventDefault();
        if (list.hidden) { list.hidden = false; input.setAttribute('aria-expanded', 'true'); }
        mark(key === 40 ? (at + 2) % (most + 1) - 1 : (at + most + 1) % (most + 1) - 1);
      }
    }

    list.id = input.id + '-hits';
    list.hidden = true;
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', root.querySelector('label').textContent);
    news.setAttribute('role', 'status');
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-controls', list.id);
    asked = input.value;
    root.appendChild(list);
    root.appendChild(news);
    input.addEventListener('compositionstart', function () { composing = true; stop(); });
    input.addEventListener('compositionend', function () { composing = false; changed(); });
    input.addEventListener('input', changed);
    input.addEventListener('keydown', pressed);
    input.addEventListener('blur', function () { stop(); close(); });
  }

  Array.prototype.slice.call(document.querySelectorAll('.seek')).forEach(Box);
  document.addEventListener('click', function (event) {
    var link = event.target;
    while (link && link.nodeType === 1 && !link.getAttribute('data-key')) { link = link.parentNode; }
    if (link && link.nodeType === 1) { remember(link.getAttribute('data-key')); }
  });
}());
