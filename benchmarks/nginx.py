"""nginx with the same bytes as a static file: one worker, nothing logged, and only what a phone's fetch needs."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.machine import find_tool
from benchmarks.phone import Answer, Phone, free_port
from benchmarks.processes import Process

_CONFIG: Final = """
{user}worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    server_tokens off;
    types {{ }}
    default_type "text/xml; charset=utf-8";
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""
_SERVER: Final = """
    server {{
        listen 127.0.0.1:{port} backlog=8192;
        root {folder}/root;
        location / {{
            auth_basic "Phonebook";
            auth_basic_user_file {folder}/{scheme};
            add_header Cache-Control "private, max-age=0, must-revalidate";
            add_header Vary "accept-encoding";
            add_header X-Content-Type-Options "nosniff";
        }}
    }}"""


class Nginx:
    """One nginx that serves the file of `phone` on two ports: with the cheapest password hash and with its default."""

    def __init__(self, folder: Path, phone: Phone, answer: Answer) -> None:
        folder.mkdir()
        file = folder / "root" / phone.path.lstrip("/")
        file.parent.mkdir(parents=True)
        file.write_bytes(answer.body)
        hashes = {"sha": _sha(phone.password), "apr1": _apr1(phone.password)}
        self.ports = {scheme: free_port() for scheme in hashes}
        for scheme, hashed in hashes.items():
            (folder / scheme).write_text(f"{phone.username}:{hashed}\n")
        config = folder / "nginx.conf"
        config.write_text(
            _CONFIG.format(
                folder=folder,
                user="user root;\n" if os.geteuid() == 0 else "",
                servers="".join(_SERVER.format(folder=folder, port=p, scheme=s) for s, p in self.ports.items()),
            )
        )
        self.process = Process(
            [find_tool("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(config)], log=folder.with_suffix(".log")
        )


def _sha(password: str) -> str:
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()


def _apr1(password: str) -> str:
    command = [find_tool("openssl"), "passwd", "-apr1", "-stdin"]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=True).stdout.strip()
