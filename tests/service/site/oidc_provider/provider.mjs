// A certified OpenID provider for the tests, on 127.0.0.1 alone. Whoever signs in names themselves.
// Usage: node provider.mjs REDIRECT_URI; prints {"issuer": ...} once it listens, ends when its input closes.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'flightrules',
      client_secret: 'only-for-tests-'.padEnd(40, 'x'),
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    // everybody claims the same verified address: it must not matter
    async findAccount(_, sub) {
      return { accountId: sub, claims: async () => ({ sub, email: 'alex@example.org', email_verified: true, name: sub }) };
    },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['only-for-tests'] },
    jwks: undefined,
    ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  });
  server.on('request', provider.callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
