"""Security headers of every answer: one strict policy, no inline script or style, no cache."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)  # fmt: skip
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What may be kept, once it is served: static files are named after their version; a calendar is
# for the one application that subscribed.
_KEPT = {
    "static": "public, max-age=3600",
    "calendar.read_calendar": "private, max-age=900",
}


def install(app: Flask, *, production: bool) -> None:
    """Put the headers on every answer; what is not said to be kept is not."""

    def add(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        kept = _KEPT.get(request.endpoint or "")
        if kept and response.status_code in {200, 206, 304}:
            response.headers["Cache-Control"] = kept
        else:
            response.headers["Cache-Control"] = "no-store"
            response.headers.add("Vary", "Cookie")
        if production:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    app.after_request(add)
