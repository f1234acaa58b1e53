"""The review desk: the web pages on which people who are not engineers decide what goes out.

It stands on Starlette, Jinja2 and plain forms, and never talks to Dagster: what people decide becomes rows of the operations
database, which count when the assets are next materialized.

How a page is made (all from ``desk.web``)::

    @page
    def queue(request: Request, user: User) -> Response:
        desk = desk_of(request)              # settings, accounts, operations, lake, media, clock, users, audit
        return render(request, "queue.html", posts=...)

    @page(roles=("editorial", "compliance"))
    def approve(request: Request, user: User) -> Response:
        note = form_of(request).get("note", "")
        desk_of(request).audit.record(request, "approved", account="demo", subject=post_id, kinds=["editorial"])
        return redirect(request, "/", "Approved. It goes out at 18:00.")

    ROUTES = [Route("/", queue), Route("/posts/{post_id}/approve", approve, methods=["POST"])]

- A handler is called only for a user who is logged in and has one of ``roles``, where any are named; a plain ``def`` runs in a
  thread, so it may read the lake and the database. Whatever is not GET or HEAD needs the session's CSRF token: put
  ``{{ csrf_field() }}`` into each form with ``method="post"``. ``form_of`` gives the fields as text.
- ``render`` gives templates ``user``, ``csrf``, ``csrf_field()``, ``messages`` (``kind`` is done or problem, ``text``), ``nav``,
  ``accounts``, ``path`` and ``media_url(key)``; they extend ``base.html`` (blocks ``title``, ``main``, ``scripts``, and ``head``).
  Undefined names are errors, everything is escaped. Inline script and style do not run (CSP): they go into ``static/``.
- A ``UserError`` or ``ConfigError`` that a handler raises becomes a page with its message, ``HTTPException`` one of its status;
  anything else is logged with a short id and shown as a page with that id.
- The routes of a module join in ``app.py``. ``User.kinds`` are the approvals that a user may give; role admin gives none.
"""
