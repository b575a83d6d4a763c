# The API and its worker as one small image that runs as an unprivileged user, and beside it the image that
# migrates. TypeScript is run as it is, so nothing is built but the Prisma client.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /srv
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/loadctl/package.json apps/loadctl/
COPY packages/command/package.json packages/command/
COPY packages/sla/package.json packages/sla/
COPY packages/stack/package.json packages/stack/
COPY bench/package.json bench/
COPY chaos/package.json chaos/

# The image brings Node itself, and no package here needs its install script.
FROM base AS migrate
RUN npm ci --include=dev --ignore-scripts --workspace=apps/api --include-workspace-root
COPY prisma.config.ts ./
COPY prisma prisma
RUN npx prisma generate
USER node
CMD ["npx", "prisma", "migrate", "deploy"]

# Optional ones would bring the Prisma CLI along, which its client names as a peer.
FROM base AS dependencies
RUN npm ci --omit=dev --omit=optional --ignore-scripts --workspace=apps/api

FROM base AS shop
COPY --from=dependencies /srv/node_modules node_modules
COPY apps/api/src apps/api/src
COPY --from=migrate /srv/apps/api/src/generated apps/api/src/generated
USER node
EXPOSE 8080 8081
CMD ["node", "apps/api/src/main.ts"]
