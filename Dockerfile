# The web part: no torch. Built and run by docker-compose.yml; settings come from the environment (docs/settings.md).
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 ti2v \
    && mkdir /data \
    && chown ti2v:ti2v /data
WORKDIR /srv/ti2v

# Dependencies first, so that a change of code does not install them again.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app/__init__.py app/__init__.py
COPY benchmark/__init__.py benchmark/__init__.py
RUN mkdir -p models ti2v_bench templates migrations \
    && pip install --no-cache-dir uv \
    && uv pip install --system --no-cache --compile-bytecode -c constraints.txt -e '.[s3]'

COPY . .
RUN python -m compileall -q app benchmark models ti2v_bench migrations

USER ti2v
ENV TI2V_HOME=/data TI2V_HOST=0.0.0.0 TI2V_LOG_FORMAT=json
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["sh", "-c", "ti2v db upgrade && exec ti2v serve"]
