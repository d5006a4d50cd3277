/* Every 20 s, and on coming back: fetch the parts that change, put in those that did. ES5. */
(function () {
  'use strict';
  var root = document.querySelector('[data-refresh]'), strip = document.getElementById('offline');
  var news = document.getElementById('news'), parts = {}, good = now(), at, busy;
  if (!root || !window.XMLHttpRequest) { return; }

  function now() { return new Date().getTime(); }

  function each(place, name, act) {
    var found = place.querySelectorAll(name), i;
    for (i = 0; i < found.length; i++) { act(found[i], i); }
  }

  /* A number that was not renewed for five minutes is not lit any more. */
  function dim() { document.documentElement.classList[now() - good > 300000 ? 'add' : 'remove']('old'); }

  function cut() {
    busy = 0;
    strip.textContent = strip.getAttribute('data-words').replace('%s', at);
    strip.hidden = false;
    dim();
  }

  /* Links stay where they are, so that a tap or the focus on one is not lost. */
  function swap(old, part) {
    var links = old.querySelectorAll('a');
    if (!links.length || links.length !== part.querySelectorAll('a').length) {
      old.parentNode.replaceChild(part, old);
      return;
    }
    each(part, 'a', function (link, i) { links[i].href = link.href; links[i].innerHTML = link.innerHTML; });
    old.setAttribute('data-tell', part.getAttribute('data-tell'));
  }

  function put(text) {
    var box = document.createElement('div'), said = [], event = document.createEvent('Event');
    box.innerHTML = text;
    at = box.firstElementChild.getAttribute('data-at');
    each(box, '[data-part]', function (part) {
      var old = document.getElementById(part.id), tell = part.getAttribute('data-tell');
      if (!old || parts[part.id] === part.outerHTML) { return; }
      parts[part.id] = part.outerHTML;
      if (tell !== old.getAttribute('data-tell')) { said.push(part.getAttribute('data-say')); }
      swap(old, part);
    });
    if (said.length) { news.textContent = said.slice(0, 3).join(' '); }
    busy = 0;
    good = now();
    strip.hidden = true;
    dim();
    event.initEvent('parts', false, false);
    document.dispatchEvent(event);
  }

  function load() {
    var request = new XMLHttpRequest();
    dim();
    if (document.hidden || root.hidden || busy) { return; }
    busy = 1;
    request.open('GET', root.getAttribute('data-refresh'), true);
    request.timeout = 15000;
    request.onload = function () {
      if (request.status === 200 && request.responseText.indexOf('data-at') > 0) { put(request.responseText); } else { cut(); }
    };
    request.onerror = request.ontimeout = cut;
    request.send();
  }

  at = root.getAttribute('data-at');
  each(document, '[data-part]', function (part) { parts[part.id] = part.outerHTML; });
  setInterval(load, 20000);
  document.addEventListener('visibilitychange', load);
  window.addEventListener('pageshow', function (event) { if (event.persisted) { load(); } });
  document.addEventListener('rows', load);
  window.addEventListener('online', load);
  window.addEventListener('offline', cut);
}());
